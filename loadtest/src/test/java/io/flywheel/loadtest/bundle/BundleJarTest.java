package io.flywheel.loadtest.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.Settings;
import io.flywheel.loadtest.definition.DefinitionRefused;
import io.flywheel.loadtest.definition.LiveDefinition;
import io.flywheel.loadtest.engine.RunInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bundles that are wrong in every way that is not hostile.
final class BundleJarTest {
    private static final String HEAD = "import io.flywheel.loadtest.api.*;\n";

    @TempDir
    private Path folder = Path.of(".");

    @Test
    void shouldFindTransactionsWithoutLoadingThem() throws IOException {
        Path jar = build(
                HEAD + "public class A { static { System.exit(9); } @Transaction void a() {} }\nclass Other {}", "1.0");
        var bundle = BundleJar.open(jar);
        assertThat(bundle.annotated()).containsExactly("A");
        assertThat(bundle.load().names()).containsExactly("a");
    }

    @Test
    void shouldNameTransactionsAfterThoseWhoseResultsTheyWant() throws IOException {
        Path jar = build(HEAD + """
            public class A {
                @Transaction void b(@ResultOf("z") String z, @ResultOf("none") String none) {}
                @Transaction("z") String named(@ResultOf("c") String c) { return ""; }
                @Transaction String c(Context context, @ResultOf("b") String cycle) { return ""; }
            }
            """, "");
        assertThat(BundleJar.open(jar).names()).containsExactly("c", "z", "b");
        Path good = build(
                HEAD + "public class A { @Transaction void a(@ResultOf(\"m\") String m) {}"
                        + " @Transaction String m() { return \"\"; } }",
                "");
        assertThat(BundleJar.open(good).names())
                .isEqualTo(BundleJar.open(good).load().names())
                .containsExactly("m", "a");
    }

    @Test
    void shouldFindWhatRunsWithoutTransactionsOfItsOwn() throws IOException {
        Path jar = build(HEAD + """
            abstract class Base { @Transaction void inherited() {} }
            class Common { @Setup void open() {} }
            class Between extends Common {}
            class Own { @Teardown void close() {} }
            class Other { void nothing() {} }
            public class A extends Between { @Transaction void a() {} }
            class B extends Base {}
            """, "");
        var bundle = BundleJar.open(jar);
        assertThat(bundle.annotated()).containsExactly("A", "B", "Own");
        assertThat(bundle.names()).isEqualTo(bundle.load().names()).containsExactly("a", "inherited");
    }

    @Test
    void shouldRefuseAnnotationsThatNobodyWouldHeed() throws IOException {
        String good = HEAD + "public class A { @Transaction void a() {} }\n";
        for (String bad :
                List.of("abstract class B { @Setup void s() {} }", "interface B { @Feed default void f() {} }")) {
            Path jar = build(good + bad, "");
            assertThatThrownBy(() -> BundleJar.open(jar))
                    .isInstanceOf(BundleRefused.class)
                    .hasMessageContaining(
                            "B has methods with annotations, but is an interface, or abstract and no class"
                                    + " of this jar extends it: they would never run");
        }
    }

    /// Reading annotations by reflection initialises the enums in them.
    @Test
    void shouldRunNothingWhereItIsOpened() throws IOException {
        Path jar = build(HEAD + """
            import java.lang.annotation.*;
            enum Level { HIGH; static { System.setProperty("flywheel.test.ran", "yes"); } }
            @Retention(RetentionPolicy.RUNTIME) @interface Tag { Level value(); }
            public class A { @Tag(Level.HIGH) @Transaction void a() {} }
            """, "1.0");
        assertThat(Bundles.open(List.of(jar)).names()).containsExactly("a");
        assertThat(System.getProperty("flywheel.test.ran")).isNull();
    }

    @Test
    void shouldSeeNothingOfTheGeneratorButTheApi() throws IOException {
        Path jar = build(HEAD + """
            public class A {
                @Setup
                void look(Run run) {
                    for (var name : new String[] {"org.HdrHistogram.Histogram", "com.typesafe.config.Config",
                            "io.flywheel.loadtest.engine.LoadRun", "io.flywheel.loadtest.api.Context"}) {
                        try {
                            Class.forName(name);
                            run.log("sees " + name);
                        } catch (ClassNotFoundException e) {
                            run.log("does not see " + name);
                        }
                    }
                }
                @Transaction void a() {}
            }
            """, "");
        var log = new ArrayList<String>();
        Run run = new RunInfo(Run.Mode.FUNCTIONAL, "", 1, "r", 0, new Settings(Map.of()), log::add);
        new LiveDefinition(BundleJar.open(jar).load(), run, Map.of()).setUp(false);
        assertThat(log)
                .containsExactly(
                        "does not see org.HdrHistogram.Histogram",
                        "does not see com.typesafe.config.Config",
                        "does not see io.flywheel.loadtest.engine.LoadRun",
                        "sees io.flywheel.loadtest.api.Context");
    }

    @Test
    void shouldRefuseAnotherVersionOfTheApi() throws IOException {
        String source = HEAD + "public class A { @Transaction void a() {} }";
        assertThatThrownBy(() -> BundleJar.open(build(source, "2.0")))
                .isInstanceOf(BundleRefused.class)
                .hasMessageContaining(
                        "built with version 2.0 of the API; this is 1.0, which runs bundles of 1.0 to 1.0");
        assertThatThrownBy(() -> BundleJar.open(build(source, "1.1"))).isInstanceOf(BundleRefused.class);
        assertThatThrownBy(() -> BundleJar.open(build(source, "new")))
                .hasMessageContaining("'new' is not a version such as 1.0");
    }

    @Test
    void shouldNameWhatABundleUsesAndTheApiDoesNotHave() throws IOException {
        // A later API, as far as the compiler is concerned.
        Path jar = build(
                """
                import io.flywheel.loadtest.api.*;
                public class A {
                    @Transaction void a(Context context) { context.check("x", true); Later.now(); }
                }
                """,
                "io/flywheel/loadtest/api/Later.java",
                "package io.flywheel.loadtest.api; public class Later { public static void now() {} }");
        assertThatThrownBy(() -> BundleJar.open(jar))
                .isInstanceOf(BundleRefused.class)
                .hasMessageContaining("uses what the API 1.0 does not have: Later.");
    }

    @Test
    void shouldNameALibraryThatIsMissing() throws IOException {
        Path jar = folder.resolve("a.jar");
        SampleBundle.build(
                jar,
                "A",
                HEAD + "public class A { @Transaction void a(Library library) {} }\nclass Library {}",
                "1.0",
                "Library.class");
        assertThatThrownBy(() -> BundleJar.open(jar).load())
                .isInstanceOf(BundleRefused.class)
                .hasMessageContaining("needs the class Library, which neither it nor its Class-Path has");
        SampleBundle.build(jar, "A", HEAD + """
            public class A {
                @Transaction java.util.concurrent.CompletionStage<Library> find() { return null; }
                @Transaction void use(@ResultOf("find") Object found) {}
            }
            class Library {}
            """, "1.0", "Library.class");
        assertThatThrownBy(() -> BundleJar.open(jar).load())
                .isInstanceOf(BundleRefused.class)
                .hasMessageContaining("needs the class Library, which neither it nor its Class-Path has");
    }

    @Test
    void shouldSayWhatAStaticInitialiserThrew() throws IOException {
        Path jar = build(
                HEAD + "public class A { static int a = Integer.parseInt(\"x\"); @Transaction void a() {} }", "1.0");
        var definition = BundleJar.open(jar).load();
        Run run = new RunInfo(Run.Mode.FUNCTIONAL, "", 1, "r", 0, new Settings(Map.of()), _ -> {});
        assertThatThrownBy(() -> new LiveDefinition(definition, run, Map.of()))
                .isInstanceOf(DefinitionRefused.class)
                .hasMessageContaining("A cannot be made: java.lang.NumberFormatException: For input string: \"x\"");
    }

    @Test
    void shouldRefuseWhatIsNoBundle() throws IOException {
        assertThatThrownBy(() -> BundleJar.open(folder.resolve("none.jar"))).hasMessageContaining("there is no bundle");
        Path text = Files.writeString(folder.resolve("text.jar"), "hello");
        assertThatThrownBy(() -> BundleJar.open(text)).hasMessageContaining("is not a jar that can be read");
        Path empty = build("public class A {}", "1.0");
        assertThatThrownBy(() -> BundleJar.open(empty)).hasMessageContaining("has no method with @Transaction");
    }

    private Path build(String source, String version) throws IOException {
        Path jar = folder.resolve("a.jar");
        SampleBundle.build(jar, "A", source, version);
        return jar;
    }

    private Path build(String source, String otherName, String other) throws IOException {
        Path jar = folder.resolve("a.jar");
        SampleBundle.build(jar, "A", source, Map.of(otherName, other), "");
        return jar;
    }
}

package io.flywheel.loadtest.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.loadtest.bundle.BundleJar;
import io.flywheel.loadtest.runfile.RunFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.spi.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SampleProjectTest {
    @TempDir
    private Path parent = Path.of(".");

    /// As its README says it can be built without Maven.
    @Test
    void shouldCompileAgainstTheApiAloneAndBeABundle() throws Exception {
        Path folder = parent.resolve("shop");
        SampleProject.write(folder);
        Path classes = folder.resolve("target/classes");
        run(
                "javac",
                "--release",
                "25",
                "-parameters",
                "-Xlint:all",
                "-Werror",
                "-cp",
                SampleProject.api(folder).toString(),
                "-d",
                classes.toString(),
                folder.resolve("src/main/java/example/Shop.java").toString());
        Path jar = folder.resolve("target/shop-loadtest.jar");
        run("jar", "--create", "--file", jar.toString(), "-C", classes.toString(), ".");
        assertThat(BundleJar.open(jar).load().names()).containsExactly("search", "view");

        var file = RunFile.read(folder.resolve("run.conf"), List.of());
        assertThat(file.weights(List.of("search", "view"))).hasSize(2);
        assertThat(file.data()).containsKey("words");
        assertThat(file.source())
                .isInstanceOfSatisfying(
                        RunFile.Source.OfBundles.class,
                        source -> assertThat(source.jars()).containsExactly(jar.toAbsolutePath()));
    }

    @Test
    void shouldHaveTheWholeApiWhereMavenLooksForIt() throws Exception {
        SampleProject.write(parent.resolve("shop"));
        Path api = SampleProject.api(parent.resolve("shop"));
        assertThat(api).asString().endsWith("/1.0/flywheel-loadtest-api-1.0.jar");
        try (var jar = new JarFile(api.toFile())) {
            assertThat(jar.getManifest().getMainAttributes().getValue("Loadtest-Api"))
                    .isEqualTo("1.0");
            assertThat(jar.stream().map(Object::toString))
                    .contains("io/flywheel/loadtest/api/Transaction.class", "io/flywheel/loadtest/api/Feed$Order.class")
                    .hasSizeGreaterThan(15);
        }
        for (var xml : Map.of(
                        "pom.xml", "shop-loadtest", api.toString().replaceFirst("jar$", "pom"), "flywheel-loadtest-api")
                .entrySet()) {
            Path file = parent.resolve("shop").resolve(xml.getKey());
            var document =
                    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
            assertThat(document.getElementsByTagName("artifactId").item(0).getTextContent())
                    .isEqualTo(xml.getValue());
            assertThat(Files.readString(file)).doesNotContain("@");
        }
    }

    @Test
    void shouldNotWriteOverAnything() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "mine");
        assertThatThrownBy(() -> SampleProject.write(file)).hasMessageContaining("is not an empty folder");
        assertThatThrownBy(() -> SampleProject.write(parent)).hasMessageContaining("is not an empty folder");
        assertThat(parent).isDirectoryNotContaining("glob:**.xml");
        Path empty = Files.createDirectory(parent.resolve("empty"));
        SampleProject.write(empty);
        assertThat(empty.resolve("pom.xml")).isRegularFile();
    }

    private static void run(String tool, String... arguments) {
        var output = new ByteArrayOutputStream();
        var stream = new java.io.PrintStream(output);
        int code = ToolProvider.findFirst(tool).orElseThrow().run(stream, stream, arguments);
        assertThat(code)
                .as(output.toString(java.nio.charset.StandardCharsets.UTF_8))
                .isZero();
    }
}

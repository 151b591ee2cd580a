package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Holds `docs/durability.md` to what is there: each threat says what happens, what counters it and what remains,
/// and names tests that inject it, which exist and run; each class that it names exists. What is not countered
/// is listed here once more, so that nothing gets there, or leaves, unnoticed.
final class ThreatModelTest {
    private static final Path ROOT = Path.of("..");
    private static final Path DOCUMENT = ROOT.resolve("docs").resolve("durability.md");
    private static final String OPEN = "Not yet countered";

    private static final List<String> NOT_YET_COUNTERED = List.of(
            "The machine, the room, the site",
            "A whole store that is set back in time",
            "Memory of small objects",
            "A client that deletes what it should not");

    private static final List<String> FIELDS = List.of("Happens", "Countered", "Remains", "Injected");
    private static final List<String> OPEN_FIELDS = List.of("Happens", "Remains");

    private static final Pattern SECTIONS = Pattern.compile("^## ", Pattern.MULTILINE);
    private static final Pattern THREATS = Pattern.compile("^### ", Pattern.MULTILINE);
    private static final Pattern FIELD = Pattern.compile("^- \\*\\*(\\w+)\\.\\*\\* ", Pattern.MULTILINE);
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern TEST = Pattern.compile("(\\w+): (\\w+)#(\\w+)");
    private static final Pattern CLASS = Pattern.compile("([A-Z][a-z]\\w*)(\\.\\w+)*");

    /// @param section the heading above it
    private record Threat(String section, String title, String text) {
        boolean isOpen() {
            return section.equals(OPEN);
        }

        List<String> fields() {
            return FIELD.matcher(text).results().map(found -> found.group(1)).toList();
        }

        String field(String name) {
            var fields = FIELD.matcher(text).results().toList();
            for (int i = 0; i < fields.size(); i++) {
                if (fields.get(i).group(1).equals(name)) {
                    int end = i + 1 < fields.size() ? fields.get(i + 1).start() : text.length();
                    return text.substring(fields.get(i).end(), end);
                }
            }
            return "";
        }

        List<MatchResult> tests() {
            return codes(field("Injected"))
                    .flatMap(code -> TEST.matcher(code).results())
                    .toList();
        }

        @Override
        public String toString() {
            return section + " / " + title;
        }
    }

    private final List<Threat> threats = threats(read(DOCUMENT));
    private final Map<String, Path> sources = sources();

    private static List<Threat> threats(String document) {
        var threats = new ArrayList<Threat>();
        for (String section : SECTIONS.splitAsStream(document).toList()) {
            for (String threat : THREATS.splitAsStream(section).skip(1).toList()) {
                threats.add(new Threat(title(section), title(threat), threat));
            }
        }
        return threats;
    }

    private static String title(String text) {
        return text.lines().findFirst().orElse("").strip();
    }

    private static Stream<String> codes(String text) {
        return CODE.matcher(text).results().map(code -> code.group(1));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Every source file of the modules, by the name of its class; tests also by their module.
    private static Map<String, Path> sources() {
        var sources = new HashMap<String, Path>();
        try (var modules = Files.newDirectoryStream(ROOT, module -> Files.isDirectory(module.resolve("src")))) {
            for (Path module : modules) {
                try (var files = Files.walk(module.resolve("src"))) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(file -> {
                        String name = simpleName(file);
                        sources.put(name, file);
                        if (file.startsWith(module.resolve("src").resolve("test"))) {
                            sources.put(module.getFileName() + ": " + name, file);
                        }
                    });
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sources;
    }

    private static String simpleName(Path file) {
        return Objects.requireNonNull(file.getFileName()).toString().replace(".java", "");
    }

    @Test
    void shouldSayOfEachThreatWhatHappensWhatCountersItAndWhatRemains() {
        assertThat(threats).hasSizeGreaterThan(30);
        for (var threat : threats) {
            var fields = threat.isOpen() ? OPEN_FIELDS : FIELDS;
            assertThat(threat.fields()).as(threat.toString()).containsExactlyElementsOf(fields);
            for (String field : fields) {
                assertThat(threat.field(field)).as("%s: %s", threat, field).isNotBlank();
            }
        }
    }

    @Test
    void shouldInjectEachThreatInATestThatRuns() {
        for (var threat : threats) {
            if (!threat.isOpen()) {
                assertThat(threat.tests())
                        .as("%s: tests as `module: Class#method`", threat)
                        .isNotEmpty();
            }
            for (var test : threat.tests()) {
                assertRuns(threat, test.group(1), test.group(2), test.group(3));
            }
        }
    }

    private void assertRuns(Threat threat, String module, String type, String method) {
        Path file = sources.get(module + ": " + type);
        assertThat(file).as("%s: the test class %s in %s", threat, type, module).isNotNull();
        var declared = Pattern.compile(
                        "((?:^ +@[^\n]*\n(?: {8,}[^\n]*\n)*)+) +(?:\\w+ )*void " + method + "\\(", Pattern.MULTILINE)
                .matcher(read(Objects.requireNonNull(file)));
        assertThat(declared.find())
                .as("%s: a test %s in %s", threat, method, file)
                .isTrue();
        assertThat(declared.group(1))
                .as("%s: what stands above %s", threat, method)
                .containsPattern("@(Parameterized|Repeated)?Test\\b")
                .doesNotContain("@Disabled");
        assertThat(isRun(type, module))
                .as("%s: a class that surefire runs, %s or one that extends it", threat, type)
                .isTrue();
    }

    /// Abstract contracts run in the classes that extend them.
    private boolean isRun(String type, String module) {
        if (type.endsWith("Test")) {
            return true;
        }
        var extending = Pattern.compile("class (\\w+)[^{]* extends " + type + "\\b");
        return sources.entrySet().stream()
                .filter(source -> source.getKey().startsWith(module + ": "))
                .anyMatch(source -> extending
                        .matcher(read(source.getValue()))
                        .results()
                        .anyMatch(found -> isRun(simpleName(source.getValue()), module)));
    }

    @Test
    void shouldNameOnlyClassesThatExist() {
        for (String code : codes(read(DOCUMENT)).toList()) {
            var type = CLASS.matcher(code);
            if (type.matches()) {
                assertThat(sources).as("what the document calls `%s`", code).containsKey(type.group(1));
            }
        }
    }

    @Test
    void shouldListWhatIsNotYetCountered() {
        assertThat(threats.stream().filter(Threat::isOpen).map(Threat::title))
                .as("what is countered now needs a test, and leaves this list and the section; what is not, joins both")
                .containsExactlyElementsOf(NOT_YET_COUNTERED);
    }
}

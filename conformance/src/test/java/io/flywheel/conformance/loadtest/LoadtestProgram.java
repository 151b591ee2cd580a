package io.flywheel.conformance.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;

/// `loadtest` of the packaged program, one process at a time.
///
/// @param output the file that gets what the last one says
/// @param environment what it has beside this process's
record LoadtestProgram(Path output, Map<String, String> environment) {
    private static final Path JAR = Path.of(System.getProperty("flywheel.jar", "../server/target/flywheel.jar"));
    private static final long MINUTES_MAX = 4;

    Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=128m",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-jar",
                JAR.toAbsolutePath().toString(),
                "loadtest"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    /// Waits for its end.
    static int exitCode(Process process) throws InterruptedException {
        try {
            assertThat(process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    int run(String... arguments) throws IOException, InterruptedException {
        return exitCode(start(arguments));
    }

    String said() throws IOException {
        return Files.readString(output);
    }

    /// Makes a bundle of one class, as a team would without Maven.
    ///
    /// @param project that `loadtest init` has made: it has the API
    static void bundle(Path project, Path source, Path jar) throws IOException {
        Path classes = project.resolve("target/classes");
        tool(
                "javac",
                "--release",
                "25",
                "-parameters",
                "-cp",
                api(project),
                "-d",
                classes.toString(),
                source.toString());
        tool("jar", "--create", "--file", jar.toString(), "-C", classes.toString(), ".");
    }

    private static String api(Path project) throws IOException {
        try (var files = Files.walk(project.resolve("repository"))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow()
                    .toString();
        }
    }

    private static void tool(String tool, String... arguments) {
        var said = new ByteArrayOutputStream();
        var stream = new PrintStream(said, true, StandardCharsets.UTF_8);
        int code = ToolProvider.findFirst(tool).orElseThrow().run(stream, stream, arguments);
        assertThat(code).as(said.toString(StandardCharsets.UTF_8)).isZero();
    }
}

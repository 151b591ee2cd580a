package io.flywheel.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.SharedServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The clients of the system's package manager, each by a script in `src/test/resources/clients`. One that is not
/// installed is skipped by name; where `FLYWHEEL_REQUIRE_CLIENTS=1` it fails.
final class SystemClientTest {

    private static final Path SCRIPTS = Path.of("src", "test", "resources", "clients");
    private static final long SECONDS_MAX = 120;

    /// The exit code of a script that found that the machine lacks something other than the client.
    private static final int SKIPPED = 77;

    private static final String PRELUDE = """
        set -euo pipefail
        skip() { set +x; echo "$*"; exit 77; }
        refused() { if "$@"; then echo "succeeded, but should not have: $*"; exit 1; fi; }
        set -x
        """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path work;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "aws, aws --version",
        "boto3, /usr/bin/python3 -c 'import boto3'",
        "s3cmd, s3cmd --version",
        "rclone, rclone version",
        "s3fs, s3fs --version"
    })
    void shouldServe(String name, String probe) throws Exception {
        if (run(probe, work.resolve("probe.log")) != 0) {
            String missing = name + " is not installed";
            if ("1".equals(System.getenv("FLYWHEEL_REQUIRE_CLIENTS"))) {
                fail(missing);
            }
            abort(missing);
        }
        Path log = work.resolve("log");
        String script = PRELUDE + Files.readString(SCRIPTS.resolve(name + ".sh"));
        int exit = run(script, log);
        List<String> said = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                .lines()
                .toList();
        if (exit == SKIPPED) {
            abort(name + ": " + said.getLast());
        }
        String end = String.join("\n", said.subList(Math.max(0, said.size() - 40), said.size()));
        assertThat(exit).as("exit code of %s, which said:%n%s", name, end).isZero();
    }

    private int run(String script, Path log) throws IOException, InterruptedException {
        Files.createDirectories(work.resolve("files"));
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", script)
                .directory(work.resolve("files").toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        var environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("AWS_") || name.startsWith("RCLONE_"));
        // The system's own clients come before those of a version manager.
        environment.merge("PATH", "/usr/bin", (path, system) -> system + ":" + path);
        environment.put("HOME", work.toString());
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("AWS_EC2_METADATA_DISABLED", "true");
        environment.put("ENDPOINT", SharedServer.endpoint().toString());
        environment.put("ACCESS_KEY", RunningServer.ACCESS_KEY);
        environment.put("SECRET_KEY", RunningServer.SECRET_KEY);
        environment.put("BUCKET", SharedServer.freshBucket());
        environment.put("SCRIPTS", SCRIPTS.toAbsolutePath().toString());
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            return fail("still running after " + SECONDS_MAX + " s; it said:\n" + Files.readString(log));
        }
        return process.exitValue();
    }
}

package io.flywheel.conformance.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.SharedServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The definition of the documentation's example as a functional test, a load, a search for the capacity and a canary,
/// against the store and against nginx. Takes about 10 s each.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class FourFormsTest {
    private static final Path EXAMPLE = Path.of("..", "docs", "examples", "documents");
    private static final Pattern PAGES = Pattern.compile("; (http://127[.]0[.]0[.]1:[0-9]+) has ");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path folder;

    @BeforeEach
    void build() throws Exception {
        Path project = folder.resolve("project");
        assertThat(program(Map.of()).run("init", project.toString())).isZero();
        LoadtestProgram.bundle(project, EXAMPLE.resolve("Documents.java"), folder.resolve("documents.jar"));
        Files.copy(EXAMPLE.resolve("run.conf"), folder.resolve("example.conf"));
        // Short, and without limits on a generator whose machine does other things too.
        Files.writeString(folder.resolve("run.conf"), """
            include "example.conf"
            load = null
            load { rate = 40/s, duration = 1s }
            thresholds.all.p99 = 1m
            capacity = null
            capacity { first = 20/s, most = 40/s, probe = 300ms, settle = 50ms }
            canary { every = 100ms, listen = "127.0.0.1:0" }
            generator { lag = 1h, pause = 1h, pauses = 100%, cpu = 100% }
            """);
    }

    private LoadtestProgram program(Map<String, String> environment) {
        return new LoadtestProgram(folder.resolve("output"), environment);
    }

    @Test
    void shouldRunAgainstTheStore() throws Exception {
        runAllForms(program(Map.of(
                "AWS_ACCESS_KEY_ID", RunningServer.ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY", RunningServer.SECRET_KEY,
                "LOADTEST_TARGET", SharedServer.endpoint().toString())));
    }

    @Test
    void shouldRunAgainstNginx() throws Exception {
        try (var nginx = NginxServer.start(folder.resolve("nginx"))) {
            runAllForms(program(Map.of("LOADTEST_TARGET", nginx.endpoint().toString())));
            try (var left = Files.list(folder.resolve("nginx/www"))) {
                assertThat(left).isEmpty();
            }
        }
    }

    private void runAllForms(LoadtestProgram program) throws Exception {
        String file = folder.resolve("run.conf").toString();
        int exit = program.run("test", file);
        assertThat(program.said()).contains("2 of 2 transactions passed, 1 cleaned up");
        assertThat(exit).isZero();

        exit = program.run("run", "--plain", file);
        assertThat(program.said()).contains("\nPASS").doesNotContain("problem");
        assertThat(exit).isZero();

        exit = program.run("capacity", file, "--peak=100/s");
        assertThat(program.said())
                .contains("capacity     at least 40/s", "hosts        5 needed")
                .doesNotContain("problem", "failed");
        assertThat(exit).isZero();

        Process canary = program.start("canary", file);
        try {
            var health = health(program, canary);
            assertThat(health).contains("\"status\":\"ok\"", "\"name\":\"read\"", "\"name\":\"write\"");
            canary.destroy();
            assertThat(LoadtestProgram.exitCode(canary)).as(program.said()).isEqualTo(143);
            assertThat(program.said()).doesNotContain("ALARM", "problem");
            assertThat(folder.resolve("run.conf.canary")).doesNotExist();
        } finally {
            canary.destroyForcibly();
        }
    }

    /// Waits until the canary is ready.
    private static String health(LoadtestProgram program, Process canary) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            while (true) {
                assertThat(canary.isAlive()).as(program.said()).isTrue();
                var pages = PAGES.matcher(program.said());
                if (pages.find() && get(http, pages.group(1) + "/ready").startsWith("200")) {
                    return get(http, pages.group(1) + "/health");
                }
                canary.waitFor(50, TimeUnit.MILLISECONDS);
            }
        }
    }

    private static String get(HttpClient http, String uri) throws IOException, InterruptedException {
        var answer = http.send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }
}

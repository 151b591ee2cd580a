package io.flywheel.conformance.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The project that `loadtest init` makes, built and run by the packaged program against a service that is not the
/// store. Takes about 10 s.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class BundleRunTest {
    private static final int ENOUGH = 10;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch asked = new CountDownLatch(ENOUGH);
    private HttpServer service = listen();

    private static HttpServer listen() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void serve() throws Exception {
        service.setExecutor(threads);
        service.createContext("/", exchange -> {
            asked.countDown();
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("ok".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        service.start();
        Path project = folder.resolve("shop");
        var init = start("init", project.toString());
        assertThat(LoadtestProgram.exitCode(init)).isZero();
        LoadtestProgram.bundle(
                project,
                project.resolve("src/main/java/example/Shop.java"),
                project.resolve("target/shop-loadtest.jar"));
    }

    @AfterEach
    void stop() {
        service.stop(0);
        threads.shutdownNow();
    }

    @Test
    void shouldWriteEveryReportOfARun() throws Exception {
        String file = runFile("2s");
        var names = List.of("json", "csv", "html", "junit");
        var arguments = new ArrayList<>(List.of("run", "--plain", file));
        for (String name : names) {
            arguments.addAll(
                    List.of("--" + name, folder.resolve("result." + name).toString()));
        }
        assertThat(LoadtestProgram.exitCode(start(arguments.toArray(String[]::new))))
                .as(output())
                .isZero();
        assertThat(output()).contains("\nPASS").contains("search").doesNotContain("problem");
        for (String name : names) {
            assertThat(folder.resolve("result." + name)).isNotEmptyFile();
        }
    }

    @Test
    void shouldEndWithItsResultWhenItIsInterrupted() throws Exception {
        Process run = start("run", "--plain", runFile("10m"));
        assertThat(asked.await(60, TimeUnit.SECONDS)).as(output()).isTrue();
        List<ProcessHandle> bundles = run.children().toList();
        assertThat(bundles).hasSize(1);
        // As Ctrl-C, which a shell may have made those that it started ignore.
        run.destroy();
        assertThat(LoadtestProgram.exitCode(run)).isEqualTo(143);
        assertThat(output()).contains("STOPPED before its end").contains("\nPASS");
        assertThat(bundles.getFirst().onExit().get(60, TimeUnit.SECONDS).isAlive())
                .isFalse();
    }

    @Test
    void shouldNotLeaveTheProcessOfABundleBehindWhenItIsKilled() throws Exception {
        Process run = start("run", "--plain", runFile("10m"));
        assertThat(asked.await(60, TimeUnit.SECONDS)).as(output()).isTrue();
        List<ProcessHandle> bundles = run.children().toList();
        assertThat(bundles).hasSize(1);
        run.destroyForcibly();
        assertThat(bundles.getFirst().onExit().get(60, TimeUnit.SECONDS).isAlive())
                .isFalse();
    }

    /// That of the sample against this service, without limits on a generator whose machine does other things too.
    private String runFile(String duration) throws IOException {
        Path file = folder.resolve("shop/own.conf");
        Files.writeString(file, """
            include "run.conf"
            target = "http://127.0.0.1:%d"
            load { rate = 20/s, duration = %s, warmup = 0s }
            thresholds.all.p99 = 1m
            generator { lag = 1h, pause = 1h, pauses = 100%%, cpu = 100%% }
            """.formatted(service.getAddress().getPort(), duration));
        return file.toString();
    }

    private Process start(String... arguments) throws IOException {
        return new LoadtestProgram(folder.resolve("output"), Map.of()).start(arguments);
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"));
    }
}

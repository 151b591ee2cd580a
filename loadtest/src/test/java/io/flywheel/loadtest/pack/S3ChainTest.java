package io.flywheel.loadtest.pack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.FunctionalRun;
import io.flywheel.loadtest.engine.RunInfo;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.http.ScriptedServer;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.session.LocalRun;
import io.flywheel.loadtest.session.WorkloadSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Transactions of `s3` that are several requests, against a store that says yes to everything.
@Timeout(60)
final class S3ChainTest {
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: ([0-9]+)");

    @TempDir
    private Path folder = Path.of(".");

    private final SystemClock clock = new SystemClock();

    private RunFile file(ScriptedServer server, String section) throws IOException {
        Path file = folder.resolve("run.conf");
        Files.writeString(file, """
            target = "http://127.0.0.1:%d", pack = s3, load { rate = 1/s, duration = 1s }
            s3 { size = 100, versioning = true, payload = unsigned, continue-from = 1GiB, %s
                 credentials { access-key = a, secret-key = b } }
            """.formatted(server.port(), section));
        return RunFile.read(file, Pack.builtIn());
    }

    private static WorkloadSource source(RunFile file) {
        return WorkloadSource.of((RunFile.Source.OfPack) file.source());
    }

    private RunInfo info(RunFile file) {
        return new RunInfo(Run.Mode.LOAD, file.target(), 1, "run", 0, file.settings(), _ -> {});
    }

    private static Subject subject(Workload workload, String name) {
        return workload.subjects().stream()
                .filter(subject -> subject.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// Takes a request's body, and says yes.
    private static boolean agree(String head, InputStream in, OutputStream out) throws IOException {
        var length = LENGTH.matcher(head);
        in.skipNBytes(length.find() ? Long.parseLong(length.group(1)) : 0);
        String body = head.startsWith("POST") || head.contains("uploadId")
                ? "<Answer><UploadId>u</UploadId><Part/><Part/></Answer>"
                : "";
        out.write(("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nx-amz-version-id: v\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body)
                .getBytes(ISO_8859_1));
        return true;
    }

    /// What one user writes, another may delete; only not before it has been read again.
    ///
    /// @param second in the head of a request that is sent after the object was written
    @ParameterizedTest
    @CsvSource({
        "tagging, (?s)PUT .*[?&]tagging.*",
        "tagging, (?s)DELETE .*[?&]tagging.*",
        "versions, (?s)GET .*versionId=v.*",
        "multipart, (?s)GET .*range: bytes=.*",
        "multipart-copy, (?s)GET .*multipart-copy.*"
    })
    void shouldLeaveAnObjectToItsTransactionUntilThatIsThrough(String name, String second) throws Exception {
        var during = new AtomicReference<FunctionalRun.Outcome>();
        var asked = new AtomicReference<Callable>();
        try (var server = new ScriptedServer((head, in, out) -> {
                    if (Pattern.compile(second, Pattern.CASE_INSENSITIVE)
                                    .matcher(head)
                                    .matches()
                            && during.get() == null) {
                        during.set(asked.get().call());
                    }
                    return agree(head, in, out);
                });
                var workload = source(file(server, "bucket = things, prepare = false"))
                        .workload(info(file(server, "bucket = things, prepare = false")))) {
            var runs = new FunctionalRun(clock, info(file(server, "bucket = things, prepare = false")));
            asked.set(() -> {
                try {
                    return runs.execute(subject(workload, "delete"), 2, 0);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            });
            var _ = runs.execute(subject(workload, name), 1, 0);
            assertThat(during.get()).as("the %s of %s", second, name).isNotNull();
            assertThat(during.get().starved()).isTrue();
            assertThat(runs.execute(subject(workload, "delete"), 3, 1).passed()).isTrue();
        }
    }

    private interface Callable {
        FunctionalRun.Outcome call() throws IOException;
    }

    /// Ctrl-C while a million objects are written.
    @Test
    void shouldGiveBackWhatItHasPreparedWhenItIsStopped() throws Exception {
        var written = new CountDownLatch(100);
        var isBucketDeleted = new AtomicBoolean();
        var late = new AtomicInteger();
        try (var server = new ScriptedServer((head, in, out) -> {
            if (head.startsWith("PUT") && head.contains("/prepared/")) {
                written.countDown();
                late.addAndGet(isBucketDeleted.get() ? 1 : 0);
            }
            if (head.startsWith("DELETE")) {
                isBucketDeleted.set(true);
            }
            return agree(head, in, out);
        })) {
            var file = file(server, "objects = 1000000");
            var run = new LocalRun(clock, file, source(file), _ -> {});
            var stopping = Thread.ofVirtual().start(() -> {
                try {
                    written.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                run.stop();
            });
            assertThatThrownBy(() -> run.run(new LocalRun.Watcher() {}))
                    .isInstanceOf(LocalRun.CannotBegin.class)
                    .hasMessage("it was stopped");
            stopping.join();
            assertThat(isBucketDeleted).isTrue();
            assertThat(late).hasValue(0);
        }
    }
}

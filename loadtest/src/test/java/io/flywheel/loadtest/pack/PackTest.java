package io.flywheel.loadtest.pack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.http.ScriptedServer;
import io.flywheel.loadtest.result.SeriesDelta;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.runfile.Explanation;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.runfile.RunFileRefused;
import io.flywheel.loadtest.s3.Content;
import io.flywheel.loadtest.session.LocalRun;
import io.flywheel.loadtest.session.RunResult;
import io.flywheel.loadtest.session.WorkloadSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs of the packs against a service of the test's own. `LoadtestTest` in `conformance` has them against the store.
@Timeout(60)
final class PackTest {
    private static final Pattern GET_PREPARED = Pattern.compile("GET /things(/\\S+) HTTP");

    @TempDir
    private Path folder = Path.of(".");

    private RunFile file(int port, String rest) throws IOException {
        Path file = folder.resolve("run.conf");
        Files.writeString(file, "target = \"http://127.0.0.1:" + port + "\"\n" + rest);
        return RunFile.read(file, Pack.builtIn());
    }

    private static WorkloadSource source(RunFile file) {
        return WorkloadSource.of((RunFile.Source.OfPack) file.source());
    }

    private static RunResult run(RunFile file) throws InterruptedException {
        return new LocalRun(new SystemClock(), file, source(file), _ -> {}).run(new LocalRun.Watcher() {});
    }

    private static SeriesDelta counts(RunResult result, String transaction) {
        return result.aggregate().total(transaction).orElseThrow();
    }

    @Test
    void shouldSendWhatARunFileSaysAndCompareTheAnswer() throws Exception {
        var heads = new AtomicReference<>("");
        try (var server = new ScriptedServer((head, in, out) -> {
            heads.accumulateAndGet(head, String::concat);
            int length = head.contains("Content-Length: 5") ? 5 : 0;
            assertThat(new String(in.readNBytes(length), ISO_8859_1)).isEqualTo(length == 0 ? "" : "hello");
            String status = head.startsWith("GET /busy") ? "503 Busy" : head.startsWith("POST") ? "201 Made" : "200 OK";
            out.write(("HTTP/1.1 " + status + "\r\nX-Request-Id: r7\r\nContent-Length: 4\r\n\r\nroot")
                    .getBytes(ISO_8859_1));
            return true;
        })) {
            var file = file(server.port(), """
                pack = http
                http.requests {
                  home { path = "/?q=1", headers { Accept = "text/plain" }, bytes = 4, contains = root }
                  make { method = post, path = "/things", body = hello, status = 201 }
                  busy { path = "/busy" }
                  fix { method = patch, path = "/things/1", body = hello }
                  ask { method = options }
                  "other.text" { contains = leaf }
                }
                blend { http.home = 1, make = 1, busy = 1, other.text = 1, fix = 1, ask = 1 }
                thresholds { http.home { errors = 0% }, all { errors = 100% }, make { errors = 0% } }
                load { rate = 200/s, duration = 500ms, arrivals = constant }
                """);
            var result = run(file);
            assertThat(result.aggregate().totals().keySet())
                    .containsExactly("ask", "busy", "fix", "home", "make", "other.text");
            assertThat(counts(result, "home").errors()).isEmpty();
            assertThat(counts(result, "make").errors()).isEmpty();
            assertThat(counts(result, "fix").errors()).isEmpty();
            assertThat(counts(result, "ask").errors()).isEmpty();
            assertThat(counts(result, "make").sentBytes())
                    .isEqualTo(5 * counts(result, "make").ended());
            assertThat(counts(result, "busy").errors()).containsOnlyKeys("http status 503");
            assertThat(counts(result, "other.text").errors()).containsOnlyKeys("check: body contains its text");
            var sample = counts(result, "busy").samples().getFirst();
            assertThat(sample.message()).isEqualTo("GET /busy: 503 (request r7)");
            assertThat(sample.requestIds()).containsExactly("r7");
            assertThat(counts(result, "other.text").samples().getFirst().requestIds())
                    .containsExactly("r7");
            assertThat(result.verdict().kind()).isNotEqualTo(Verdict.Kind.FAIL);
            assertThat(heads.get()).contains("PATCH /things/1 HTTP/1.1\r\n", "OPTIONS / HTTP/1.1\r\n");
            assertThat(heads.get()).contains("GET /?q=1 HTTP/1.1\r\nAccept: text/plain\r\nHost: 127.0.0.1:");
        }
    }

    @Test
    void shouldCountAServiceThatRefusesConnectionsAsThat() throws Exception {
        int port;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        var result = run(file(
                port,
                "pack = http, http.requests.home {}, load { rate = 100/s, duration = 200ms, arrivals = constant }"));
        assertThat(counts(result, "home").errors()).isEqualTo(Map.of("http refused", 20L));
    }

    /// An object store that has what the test's run file prepared long ago, and damages each tenth answer.
    private static ScriptedServer store() throws IOException {
        var content = new Content(5);
        var requests = new AtomicInteger();
        return new ScriptedServer((head, in, out) -> {
            Matcher matcher = GET_PREPARED.matcher(head);
            assertThat(matcher.find()).as(head).isTrue();
            String key = matcher.group(1).substring(1);
            int number = requests.incrementAndGet();
            ByteBuffer body = ByteBuffer.allocate(1_000);
            content.write(content.identity(key), 0, body, 1_000);
            if (number % 10 == 0) {
                body.put(777, (byte) (body.get(777) + 1));
            }
            out.write(("HTTP/1.1 200 OK\r\nx-amz-request-id: r" + number + "\r\nContent-Length: 1000\r\n\r\n")
                    .getBytes(ISO_8859_1));
            out.write(body.array());
            return true;
        });
    }

    private static final String PREPARED_BEFORE = """
        pack = s3, seed = 5
        s3 {
          bucket = things, prepare = false, keep = true, objects = 50, size = 1000
          credentials { access-key = a, secret-key = not-to-be-printed }
        }
        blend { s3.get = 1 }
        load { rate = 200/s, duration = 500ms, arrivals = constant }
        """;

    @Test
    void shouldFailARunThatReadsAWrongByte() throws Exception {
        try (var server = store()) {
            var result = run(file(server.port(), PREPARED_BEFORE));
            var counts = counts(result, "get");
            assertThat(counts.errors()).containsOnlyKeys("wrong content");
            assertThat(counts.failed()).isBetween(counts.ended() / 10 - 1, counts.ended() / 10 + 1);
            assertThat(counts.samples()).allSatisfy(sample -> {
                assertThat(sample.message())
                        .matches("bucket things, key loadtest/prepared/0{10}[0-9]{2}: a wrong byte at offset 777"
                                + " \\(request r[0-9]+0\\)");
                assertThat(sample.requestIds()).hasSize(1);
            });
            assertThat(result.verdict().kind()).isEqualTo(Verdict.Kind.FAIL);
            assertThat(result.problems()).isEmpty();
        }
    }

    @Test
    void shouldSayThatARunCannotBeginWhereTheStoreIsNotThere() throws Exception {
        int port;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        var file = file(port, PREPARED_BEFORE.replace("prepare = false, keep = true, ", ""));
        assertThatThrownBy(() -> run(file))
                .isInstanceOf(LocalRun.CannotBegin.class)
                .hasMessageStartingWith("the run cannot be set up: ");
    }

    @Test
    void shouldExplainWithoutSecrets() throws IOException {
        var file = file(1, PREPARED_BEFORE);
        assertThat(String.join("\n", Explanation.of(file, source(file).names())))
                .contains("expects 50 objects under loadtest/, sizes: 1000 bytes", "leaves everything")
                .doesNotContain("not-to-be-printed");
        assertThat(file.toString()).doesNotContain("not-to-be-printed");
    }

    @Test
    void shouldSayEverythingThatIsWrongWithASection() {
        var refused = catchThrowableOfType(RunFileRefused.class, () -> file(1, """
            load { rate = 1, duration = 1s }
            pack = s3
            s3 { sizes = 4KiB, size = huge, keys = zip, keep = true, anonymous = true, payload = signed,
                 ca = missing.pem, credentials { access-key = a } }
            """));
        assertThat(refused.problems())
                .anyMatch(problem -> problem.contains("s3.sizes: there is no such key."))
                .anyMatch(problem -> problem.contains("s3.size: it is 'huge', wanted is such as 4KiB"))
                .anyMatch(problem -> problem.contains("s3.keys: it is 'zip', wanted is uniform, zipf"))
                .anyMatch(problem -> problem.contains("s3.keep: objects can stay only in a bucket that has a name"))
                .anyMatch(problem -> problem.contains("s3.payload: who is anonymous signs nothing"))
                .anyMatch(problem -> problem.contains("s3.ca: " + folder.resolve("missing.pem") + " cannot be read"))
                .anyMatch(problem -> problem.contains("both access-key and secret-key are wanted"))
                .hasSize(7);
        var http = catchThrowableOfType(RunFileRefused.class, () -> file(1, """
            load { rate = 1, duration = 1s }
            pack = http
            http.requests { a { path = "b c", method = got, status = 20, headers { Content-Length = 3 } } }
            """));
        assertThat(http.problems()).hasSize(4);
    }

    @Test
    void shouldHaveABodyForEveryName() throws Exception {
        var file = file(
                1,
                PREPARED_BEFORE
                        .replace("keep = true", "keep = true, versioning = true")
                        .replace("blend { s3.get = 1 }", ""));
        List<String> names = source(file).names();
        var result = new LocalRun(new SystemClock(), file, source(file), _ -> {}).runOnce(_ -> {});
        assertThat(result.outcomes()).extracting("transaction").isEqualTo(names);
        assertThat(names).contains("get", "multipart", "versions", "list-pages", "delete-objects");
    }

    @Test
    void shouldTestTheTransactionsOfTheBlend() throws Exception {
        var file = file(1, PREPARED_BEFORE.replace("s3.get = 1", "s3.get = 1, head = 1, put = 0"));
        var result = new LocalRun(new SystemClock(), file, source(file), _ -> {}).runOnce(_ -> {});
        assertThat(result.outcomes()).extracting("transaction").containsExactly("get", "head");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "http"})
    void shouldReadTheExamplesOfTheDocumentation(String name) {
        Path example = Path.of("..", "docs", "examples", name + ".conf");
        var file = RunFile.read(example, Pack.builtIn());
        assertThat(file.weights(source(file).names())).isNotEmpty();
    }
}

package io.flywheel.loadtest.pack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.flywheel.base.Clock;
import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.Settings;
import io.flywheel.loadtest.engine.RunInfo;
import io.flywheel.loadtest.engine.Starter;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.http.ScriptedServer;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.runfile.Section;
import io.flywheel.loadtest.s3.Traffic;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the pack asks of a bucket beside its transactions: no more than it needs, and nothing of others.
@Timeout(30)
final class S3WorkloadTest {
    private static final Clock CLOCK = new SystemClock();
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Pattern LENGTH = Pattern.compile("\r\nContent-Length: ([0-9]+)");
    private static final String EMPTY = "200 OK\r\nContent-Length: 0\r\n\r\n";
    private static final String MISSING = "404 Not Found\r\nContent-Length: 0\r\n\r\n";

    private final Queue<String> requests = new ConcurrentLinkedQueue<>();

    private static String document(String xml) {
        return "200 OK\r\nContent-Length: " + xml.length() + "\r\n\r\n" + xml;
    }

    /// Notes the request lines and answers them.
    private ScriptedServer store(Function<String, String> answer) throws IOException {
        var writes = new AtomicInteger();
        return new ScriptedServer((head, in, out) -> {
            String request = head.substring(0, head.indexOf(" HTTP/1.1"));
            requests.add(request);
            Matcher length = LENGTH.matcher(head);
            if (length.find()) {
                in.skipNBytes(Long.parseLong(length.group(1)));
            }
            String said = "HTTP/1.1 " + answer.apply(request);
            String fields = "\r\nETag: \"e\"\r\nx-amz-version-id: v" + writes.incrementAndGet();
            out.write(said.replaceFirst("\r\n", Matcher.quoteReplacement(fields + "\r\n"))
                    .getBytes(ISO_8859_1));
            return true;
        });
    }

    private static S3Section section(String rest) {
        var problems = new ArrayList<String>();
        var config = ConfigFactory.parseString("bucket = things, objects = 1, size = 10, threads = 1, connections = 1\n"
                + "credentials { access-key = a, secret-key = b }\n" + rest);
        var section = S3Section.read(new Section("s3", config.root(), problems));
        assertThat(problems).isEmpty();
        return section;
    }

    private static Run run(ScriptedServer server) {
        return new RunInfo(
                Run.Mode.LOAD, "http://127.0.0.1:" + server.port(), 5, "run", 0, new Settings(Map.of()), _ -> {});
    }

    private static S3Workload workload(ScriptedServer server, String rest) {
        return new S3Workload(section(rest), run(server), LONG, List.of("put"));
    }

    @Test
    void shouldSendNothingBesideWhatIsMeasuredHoweverMuchWasWritten() throws Exception {
        try (var server = store(_ -> EMPTY);
                var bucket = new S3Bucket(section("keep = true"), run(server))) {
            for (int i = 0; i < S3Bucket.MADE_MAX + 5; i++) {
                bucket.keep(bucket.prepared(i));
            }
            bucket.client().send(bucket.request("HEAD", ""), Traffic.IGNORED).join();
            assertThat(requests).containsExactly("HEAD /things");
            assertThat(bucket.take().orElseThrow().key()).isEqualTo("loadtest/prepared/000000000005");
        }
    }

    @Test
    void shouldMakeANamedBucketOnlyWhereThereIsNone() throws Exception {
        try (var server = store(_ -> EMPTY);
                var workload = workload(server, "")) {
            workload.setUp(true);
            assertThat(requests).containsExactly("HEAD /things", "PUT /things/loadtest/prepared/000000000000");
        }
        requests.clear();
        try (var server = store(request -> request.startsWith("HEAD") ? MISSING : EMPTY);
                var workload = workload(server, "")) {
            workload.setUp(true);
            assertThat(requests)
                    .containsExactly("HEAD /things", "PUT /things", "PUT /things/loadtest/prepared/000000000000");
        }
    }

    @Test
    void shouldEndWhereAServiceListsForEverWhatWasAborted() throws Exception {
        String uploads = "<R><Upload><Key>loadtest/run/a</Key><UploadId>u</UploadId></Upload></R>";
        try (var server = store(request -> request.contains("uploads")
                        ? document(uploads)
                        : request.contains("versions") ? document("<R/>") : EMPTY);
                var workload = workload(server, "")) {
            assertThat(workload.tearDown(true))
                    .singleElement()
                    .asString()
                    .contains("things is not clean: 1 uploads are still listed after they were aborted");
            assertThat(requests)
                    .as("the objects are looked for all the same")
                    .anyMatch(request -> request.contains("versions"))
                    .filteredOn(request -> request.startsWith("DELETE"))
                    .hasSize(1);
        }
    }

    @Test
    void shouldFindABucketCleanThatIsNotThere() throws Exception {
        String gone = document("<Error><Code>NoSuchBucket</Code></Error>").replace("200 OK", "404 Not Found");
        try (var server = store(_ -> gone);
                var workload = workload(server, "")) {
            assertThat(workload.tearDown(true)).isEmpty();
            assertThat(workload.removeLeftovers()).isEmpty();
        }
        try (var server = store(_ -> gone.replace("NoSuchBucket", "AccessDenied"));
                var workload = workload(server, "")) {
            assertThat(workload.tearDown(true)).hasSize(1);
        }
    }

    /// Other users delete what they are given meanwhile.
    @ParameterizedTest
    @ValueSource(strings = {"tagging", "versions", "multipart", "multipart-copy"})
    void shouldNotGiveAwayAnObjectWhoseStepsGoOn(String name) throws Exception {
        var bucketSeen = new CountDownLatch(1);
        var buckets = new ConcurrentLinkedQueue<S3Bucket>();
        var given = new ConcurrentLinkedQueue<String>();
        try (var server = store(request -> {
                    await(bucketSeen);
                    Objects.requireNonNull(buckets.peek())
                            .take()
                            .ifPresent(object -> given.add(object.key() + " before " + request));
                    return request.startsWith("POST") && request.endsWith("uploads=")
                            ? document("<R><UploadId>u</UploadId></R>")
                            : request.contains("versionId") ? MISSING : EMPTY;
                });
                var bucket = new S3Bucket(
                        section("versioning = true, parts = 1, continue-from = 1GiB, keep = true"), run(server))) {
            buckets.add(bucket);
            bucketSeen.countDown();
            var actions = new HashMap<>(new S3Transactions(bucket).all());
            actions.putAll(new S3Uploads(bucket).all());
            var body = new AsyncBody(bucket.client().loops(), Objects.requireNonNull(actions.get(name)));
            var released = new CountDownLatch(1);
            var starter = new Starter(
                    CLOCK,
                    run(server),
                    new Recorder("a"),
                    List.of(new Subject(name, body, LONG)),
                    1,
                    new Starter.Listener() {});
            starter.onRelease(_ -> released.countDown());
            starter.start(0, 0, 0, CLOCK.monotonicNanos());
            released.await();
            assertThat(given).isEmpty();
            assertThat(requests).hasSizeGreaterThan(2);
            assertThat(bucket.take()).isPresent();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

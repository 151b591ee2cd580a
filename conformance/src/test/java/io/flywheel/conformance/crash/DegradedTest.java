package io.flywheel.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.flywheel.conformance.AdminClient;
import io.flywheel.conformance.Content;
import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.S3Clients;
import io.flywheel.conformance.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/// Copies on two of five disks each, of which two are away, one more than is spared: what has both copies there cannot
/// be read, everything else goes on, nothing is taken for lost, and all is there again when the disks are.
final class DegradedTest {
    private static final long SEED = Long.getLong("seed", 2);
    private static final int DISKS = 5;
    private static final int OBJECTS = 60;
    private static final String BUCKET = "bucket";
    private static final Duration AGAIN = Duration.ofMinutes(3);

    /// The services that delete are as eager as they can be.
    private static final String CONFIGURATION = """
        storage-classes { STANDARD = "copies(2)", REDUCED_REDUNDANCY = "copies(2)", STANDARD_IA = "copies(2)" }
        repair.grace = 1 s
        audit { grace = 1 s, period = 1 s }
        scrub.period = 2 s
        """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path work;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Map<String, Content> stored = new TreeMap<>();

    private List<Path> disks() {
        var disks = new ArrayList<Path>();
        for (int i = 0; i < DISKS; i++) {
            disks.add(work.resolve("disk-" + i));
        }
        return disks;
    }

    private RunningServer start(List<Path> disks) throws IOException {
        Path configuration = work.resolve("flywheel.conf");
        Files.writeString(configuration, CONFIGURATION);
        var arguments = new ArrayList<>(List.of("--config", configuration.toString()));
        disks.subList(1, disks.size()).forEach(disk -> arguments.add(disk.toString()));
        return RunningServer.start(disks.getFirst(), new RunningServer.Options(List.of(), List.of(), arguments));
    }

    private void put(S3Client s3, String key) {
        var content = new Content(random.nextLong(), random.nextBoolean() ? 60_000 : 900_000);
        s3.putObject(b -> b.bucket(BUCKET).key(key), RequestBody.fromBytes(content.bytes()));
        stored.put(key, content);
    }

    @Test
    void shouldAnswerErrorsForWhatIsAwayAndServeAllElseAndAllOfItAfterwards() throws Exception {
        System.out.println("seed=" + SEED);
        List<Path> away;
        try (RunningServer server = start(disks());
                S3Client s3 = S3Clients.sync(server.endpoint());
                var admin = new AdminClient(server.endpoint(), Duration.ofMinutes(1))) {
            s3.createBucket(b -> b.bucket(BUCKET));
            for (int i = 0; i < OBJECTS; i++) {
                put(s3, "key-" + i);
            }
            away = bothOfOneObject(admin);
            assertThat(server.stop()).isZero();
        }
        var here = disks();
        here.removeAll(away);
        for (Path disk : away) {
            Files.move(disk, disk.resolveSibling(disk.getFileName() + ".away"));
        }
        try (RunningServer server = start(here);
                S3Client s3 = S3Clients.sync(server.endpoint());
                var admin = new AdminClient(server.endpoint(), Duration.ofMinutes(1))) {
            var unreadable = unreadable(s3);
            System.out.println(unreadable.size() + " of " + OBJECTS + " objects cannot be read");
            assertThat(unreadable).isNotEmpty().hasSizeLessThan(OBJECTS);
            assertThat(admin.status().text()).contains("\"verdict\":\"data unavailable\"");
            serveAllElse(s3, unreadable.getFirst());
            // Time enough for all that could take it for lost; where there is less, this tests less.
            String position = unreadable.getLast();
            for (int i = 0; i < 2; i++) {
                assertThat(admin.act("scrub", Map.of()).status()).isEqualTo(200);
                await().pollDelay(Duration.ofSeconds(2)).atMost(AGAIN).until(() -> true);
                assertThat(admin.explain(BUCKET, position).text()).contains("\"readable\":false");
            }
            for (Path disk : away) {
                Files.move(disk.resolveSibling(disk.getFileName() + ".away"), disk);
                var answer = admin.act("disk/restore", Map.of("dir", disk.toString()));
                assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            }
            assertThat(unreadable(s3)).isEmpty();
            await("all is well")
                    .atMost(AGAIN)
                    .untilAsserted(() -> assertThat(admin.status().text()).contains("\"verdict\":\"healthy\""));
            assertThat(unreadable(s3)).isEmpty();
            assertThat(server.stop()).isZero();
        }
    }

    /// The disks of an object's two copies. Three disks hold the namespace's log, of which a start needs two.
    private List<Path> bothOfOneObject(AdminClient admin) throws IOException {
        var holders = new ArrayList<Path>();
        for (Path disk : disks()) {
            Path log = disk.resolve("namespace").resolve("log");
            if (Files.isDirectory(log) && !Trees.files(log).isEmpty()) {
                holders.add(disk);
            }
        }
        for (String key : stored.keySet()) {
            var pair = admin.explain(BUCKET, key).json().field("losing").orElseThrow().asArray().stream()
                    .map(disk -> Path.of(disk.field("path").orElseThrow().asString()))
                    .toList();
            if (pair.size() == 2 && !holders.containsAll(pair)) {
                return pair;
            }
        }
        throw new AssertionError("every object is on two of the holders of the log: " + holders);
    }

    /// The objects that a client is told to ask for again; all others are right.
    private List<String> unreadable(S3Client s3) {
        var unreadable = new ArrayList<String>();
        stored.forEach((key, content) -> {
            var refusal = catchThrowableOfType(
                    S3Exception.class,
                    () -> assertThat(s3.getObjectAsBytes(b -> b.bucket(BUCKET).key(key))
                                    .asByteArray())
                            .as(key)
                            .isEqualTo(content.bytes()));
            if (refusal != null) {
                assertThat(refusal.statusCode()).as(refusal.toString()).isEqualTo(503);
                assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("ServiceUnavailable");
                unreadable.add(key);
            }
        });
        return unreadable;
    }

    /// Lists, looks at, overwrites and deletes, also what cannot be read.
    private void serveAllElse(S3Client s3, String lost) {
        assertThat(s3.listObjectsV2(b -> b.bucket(BUCKET)).contents())
                .extracting(S3Object::key)
                .containsExactlyElementsOf(new TreeSet<>(stored.keySet()));
        for (String key : stored.keySet()) {
            assertThat(s3.headObject(b -> b.bucket(BUCKET).key(key)).contentLength())
                    .as(key)
                    .isEqualTo(stored.get(key).sizeBytes());
        }
        put(s3, "more");
        put(s3, "key-0");
        s3.deleteObject(b -> b.bucket(BUCKET).key(lost));
        stored.remove(lost);
        var gone = catchThrowableOfType(
                S3Exception.class, () -> s3.headObject(b -> b.bucket(BUCKET).key(lost)));
        assertThat(gone.statusCode()).isEqualTo(404);
    }
}

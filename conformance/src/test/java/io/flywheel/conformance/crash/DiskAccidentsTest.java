package io.flywheel.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.Content;
import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.S3Clients;
import io.flywheel.conformance.Trees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// A server of six directories, whose disks are deleted, moved away, taken for each other, set back in time and
/// damaged:
/// with two of them gone everything is served; with more what is lost answers an error, and is served again when they
/// are back.
final class DiskAccidentsTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final String BUCKET = "bucket";
    private static final int DISKS = 6;
    /// In the namespace, as copies, as one stripe, as several.
    private static final int[] SIZES_BYTES = {1_000, 100_000, 700_000, 5_000_000};

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path work;

    private final Random random = new Random(SEED);
    private final Map<String, Content> stored = new HashMap<>();
    private final List<Path> folders = new ArrayList<>();
    private int number;

    private RunningServer start() {
        System.out.println("seed=" + SEED);
        for (int i = folders.size(); i < DISKS; i++) {
            folders.add(work.resolve("disk" + i));
        }
        var others = folders.subList(1, DISKS).stream().map(Path::toString).toList();
        return RunningServer.start(folders.getFirst(), new RunningServer.Options(List.of(), List.of(), others));
    }

    private static S3Client client(RunningServer server) {
        return S3Clients.sync(server.endpoint());
    }

    private void put(S3Client s3, int objects) {
        for (int i = 0; i < objects; i++) {
            String key = "key-" + number++;
            Content content = new Content(random.nextLong(), SIZES_BYTES[i % SIZES_BYTES.length]);
            s3.putObject(b -> b.bucket(BUCKET).key(key), RequestBody.fromBytes(content.bytes()));
            stored.put(key, content);
        }
    }

    private void verify(S3Client s3) {
        stored.forEach((key, content) -> {
            byte[] found = s3.getObjectAsBytes(b -> b.bucket(BUCKET).key(key)).asByteArray();
            assertThat(Content.md5(found)).as(key).isEqualTo(content.md5());
        });
    }

    /// Any disks, last the one that has the tables of the namespace.
    private List<Path> expendable(int count) {
        var disks = new ArrayList<>(folders);
        Collections.shuffle(disks, random);
        disks.sort(Comparator.comparing(
                disk -> Files.exists(disk.resolve("namespace").resolve("state"))));
        return List.copyOf(disks.subList(0, count));
    }

    @Test
    void shouldServeEverythingWhenTwoDisksAreDeletedUnderIt() {
        try (RunningServer server = start();
                S3Client s3 = client(server)) {
            s3.createBucket(b -> b.bucket(BUCKET));
            put(s3, 8);
            for (Path lost : expendable(2)) {
                Trees.delete(lost);
                verify(s3);
                put(s3, 4);
            }
            verify(s3);
            server.kill();
        }
        try (RunningServer server = start();
                S3Client s3 = client(server)) {
            verify(s3);
            put(s3, 4);
            verify(s3);
            assertThat(folders.stream().filter(folder -> Files.exists(folder.resolve("disk.json"))))
                    .as("disks that are gone are not made anew")
                    .hasSize(DISKS - 2);
        }
    }

    @Test
    void shouldServeEverythingWhenDisksAreExchangedSetBackAndDamaged() throws IOException {
        try (RunningServer server = start();
                S3Client s3 = client(server)) {
            s3.createBucket(b -> b.bucket(BUCKET));
            put(s3, 8);
            server.stop();
        }
        var chosen = expendable(2);
        Path old = chosen.getFirst();
        Path copy = work.resolve("copy");
        copy(old, copy);
        try (RunningServer server = start();
                S3Client s3 = client(server)) {
            s3.deleteObject(b -> b.bucket(BUCKET).key("key-1"));
            s3.deleteObject(b -> b.bucket(BUCKET).key("key-3"));
            stored.remove("key-1");
            stored.remove("key-3");
            put(s3, 8);
            server.stop();
        }
        Trees.delete(old);
        Files.move(copy, old);
        assertThat(damage(chosen.getLast())).as("bytes that were changed").isPositive();
        Path first = folders.getFirst();
        Path aside = work.resolve("aside");
        Files.move(first, aside);
        for (int i = 1; i < DISKS; i++) {
            Files.move(folders.get(i), folders.get(i - 1));
        }
        Files.move(aside, folders.getLast());
        Collections.shuffle(folders, random);
        try (RunningServer server = start();
                S3Client s3 = client(server)) {
            verify(s3);
            for (String key : List.of("key-1", "key-3")) {
                assertThat(statusOf(s3, key)).as("what was deleted stays so").isEqualTo(404);
            }
            put(s3, 4);
            verify(s3);
        }
    }

    @Test
    void shouldServeEverythingAgainWhenMoreDisksWereAwayThanItSpares() throws IOException {
        try (RunningServer server = start();
                S3Client s3 = client(server)) {
            s3.createBucket(b -> b.bucket(BUCKET));
            put(s3, 8);
            var away = expendable(4);
            for (Path disk : away) {
                Files.move(disk, work.resolve(disk.getFileName() + "-away"));
            }
            // Open files can be read as long as nobody looks: what is read is right, or an error.
            for (int i = 0; i < 3; i++) {
                stored.forEach((key, content) -> {
                    try {
                        byte[] found = s3.getObjectAsBytes(b -> b.bucket(BUCKET).key(key))
                                .asByteArray();
                        assertThat(Content.md5(found)).as(key).isEqualTo(content.md5());
                    } catch (SdkException _) {
                        // Too few shards are there.
                    }
                });
            }
            server.kill();
            for (Path disk : away) {
                Files.move(work.resolve(disk.getFileName() + "-away"), disk);
            }
        }
        try (RunningServer server = start();
                S3Client s3 = client(server)) {
            verify(s3);
            put(s3, 4);
            verify(s3);
        }
    }

    private static int statusOf(S3Client s3, String key) {
        try {
            s3.headObject(b -> b.bucket(BUCKET).key(key));
            return 200;
        } catch (S3Exception e) {
            return e.statusCode();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path file : Trees.files(from)) {
            Path copy = to.resolve(from.relativize(file));
            Files.createDirectories(java.util.Objects.requireNonNull(copy.getParent()));
            Files.copy(file, copy);
        }
    }

    /// Changes every 50,000th byte of what is in a disk's extents.
    private static int damage(Path disk) throws IOException {
        int changed = 0;
        for (Path file : Trees.files(disk.resolve("extents"))) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                ByteBuffer one = ByteBuffer.allocate(1);
                // The beginning is the disk's own: a disk that does not open would only be one that is missing.
                for (long at = 1 << 20; at < channel.size(); at += 50_000) {
                    channel.read(one.clear(), at);
                    if (one.get(0) != 0) {
                        one.put(0, (byte) (one.get(0) ^ 1)).rewind();
                        channel.write(one, at);
                        changed++;
                    }
                }
            }
        }
        return changed;
    }
}

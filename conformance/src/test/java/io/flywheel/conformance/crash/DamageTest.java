package io.flywheel.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.Content;
import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.S3Clients;
import io.flywheel.conformance.Trees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/// Bytes that rot on the disk: a reader may get an error, never wrong bytes.
final class DamageTest {

    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final String BUCKET = "bucket";
    private static final int[] SIZES_BYTES = {100_000, 300_000, 1_500_000, 5_000_000};
    private static final int OBJECTS = 24;

    /// Enough of the content to be found on the disk, wherever checksums cut it.
    private static final int NEEDLE_BYTES = 64;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path work;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Map<String, byte[]> stored = new LinkedHashMap<>();

    @Test
    void shouldNeverSendDamagedBytes() throws Exception {
        System.out.println("seed=" + SEED);
        Path directory = work.resolve("disk");
        try (RunningServer server = RunningServer.start(directory);
                S3Client s3 = S3Clients.sync(server.endpoint())) {
            s3.createBucket(b -> b.bucket(BUCKET));
            for (int i = 0; i < OBJECTS; i++) {
                String key = "key-" + i;
                byte[] bytes = new Content(random.nextLong(), SIZES_BYTES[i % SIZES_BYTES.length]).bytes();
                s3.putObject(b -> b.bucket(BUCKET).key(key), RequestBody.fromBytes(bytes));
                stored.put(key, bytes);
            }
            server.stop();
        }
        Set<String> damaged = new HashSet<>();
        for (String key : stored.keySet()) {
            if (random.nextInt(2) == 0 && flipOneBitOf(directory, key)) {
                damaged.add(key);
            }
        }
        assertThat(damaged).as("objects whose bytes were found on the disk").isNotEmpty();
        try (RunningServer server = RunningServer.start(directory);
                S3Client s3 = S3Clients.sync(server.endpoint())) {
            for (String key : stored.keySet()) {
                assertThat(isReadable(s3, key))
                        .as("%s, damaged %s", key, damaged)
                        .isEqualTo(!damaged.contains(key));
            }
            healByOverwriting(s3, damaged);
        }
    }

    /// Flips one bit of one byte of the object, wherever it is on the disk; false when it was not found.
    private boolean flipOneBitOf(Path directory, String key) throws IOException {
        byte[] bytes = java.util.Objects.requireNonNull(stored.get(key));
        int from = random.nextInt(bytes.length - NEEDLE_BYTES);
        byte[] needle = Arrays.copyOfRange(bytes, from, from + NEEDLE_BYTES);
        for (Path file : Trees.files(directory)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                long at = find(channel, needle);
                if (at >= 0) {
                    long position = at + random.nextInt(NEEDLE_BYTES);
                    ByteBuffer one = ByteBuffer.allocate(1);
                    channel.read(one, position);
                    one.put(0, (byte) (one.get(0) ^ (1 << random.nextInt(8)))).rewind();
                    channel.write(one, position);
                    return true;
                }
            }
        }
        return false;
    }

    private static long find(FileChannel channel, byte[] needle) throws IOException {
        ByteBuffer window = ByteBuffer.allocate(1 << 20);
        for (long position = 0; position < channel.size(); position += window.capacity() - needle.length) {
            window.clear();
            channel.read(window, position);
            int found = indexOf(window.array(), window.position(), needle);
            if (found >= 0) {
                return position + found;
            }
        }
        return -1;
    }

    private static int indexOf(byte[] hay, int length, byte[] needle) {
        for (int i = 0; i <= length - needle.length; i++) {
            if (hay[i] == needle[0] && Arrays.equals(hay, i, i + needle.length, needle, 0, needle.length)) {
                return i;
            }
        }
        return -1;
    }

    /// True when the object came back, false when it did not; wrong bytes fail.
    private boolean isReadable(S3Client s3, String key) {
        byte[] found;
        try {
            found = s3.getObjectAsBytes(b -> b.bucket(BUCKET).key(key)).asByteArray();
        } catch (SdkException e) {
            return false;
        }
        assertThat(Arrays.equals(found, stored.get(key))).as("bytes of " + key).isTrue();
        return true;
    }

    private void healByOverwriting(S3Client s3, Set<String> damaged) {
        List<String> listed = new ArrayList<>();
        for (S3Object object : s3.listObjectsV2(b -> b.bucket(BUCKET)).contents()) {
            listed.add(object.key());
        }
        assertThat(listed).containsExactlyInAnyOrderElementsOf(stored.keySet());
        for (String key : damaged) {
            byte[] bytes = new Content(random.nextLong(), 200_000).bytes();
            s3.putObject(b -> b.bucket(BUCKET).key(key), RequestBody.fromBytes(bytes));
            stored.put(key, bytes);
            assertThat(isReadable(s3, key)).as(key).isTrue();
        }
    }
}

package io.flywheel.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import io.flywheel.conformance.Content;
import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.S3Clients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/// A disk that fills: writes are refused before it is too late, everything else goes on.
final class DiskFullTest {

    private static final long DISK_BYTES = 640L << 20;
    private static final int OBJECT_BYTES = 4 << 20;
    private static final String BUCKET = "bucket";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path work;

    private final Map<String, Content> stored = new HashMap<>();

    @Test
    void shouldRefuseWritesKeepServingAndRecover() throws Exception {
        var mounted = SmallFileSystem.mount(work, DISK_BYTES);
        if (mounted.isEmpty()) {
            abort("mounting a small file system is not permitted here");
        }
        try (SmallFileSystem disk = mounted.get()) {
            Path directory = disk.root().resolve("disk");
            try (RunningServer server = RunningServer.start(directory);
                    S3Client s3 = S3Clients.sync(server.endpoint())) {
                s3.createBucket(b -> b.bucket(BUCKET));
                fill(s3);
                verify(s3);
                refuseStreams(s3);
                deleteHalf(s3);
                await("space that was freed takes writes again")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> write(s3, "after", new Content(-1, OBJECT_BYTES)));
                fill(s3);
                verify(s3);
                assertThat(server.stop()).isZero();
            }
            try (RunningServer server = RunningServer.start(directory);
                    S3Client s3 = S3Clients.sync(server.endpoint())) {
                verify(s3);
                deleteHalf(s3);
                await("space that was freed takes writes again")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> write(s3, "after restart", new Content(-2, OBJECT_BYTES)));
                verify(s3);
            }
        }
    }

    /// True when it was stored, false when there was no space for it; anything else fails.
    private boolean write(S3Client s3, String key, Content content) {
        try {
            s3.putObject(b -> b.bucket(BUCKET).key(key), RequestBody.fromBytes(content.bytes()));
            stored.put(key, content);
            return true;
        } catch (S3Exception e) {
            assertThat(e.statusCode()).as(e.toString()).isEqualTo(507);
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo("InsufficientStorage");
            return false;
        }
    }

    private void fill(S3Client s3) {
        int before = stored.size();
        int number = 0;
        while (write(s3, "key-" + before + "-" + number, new Content(before * 1000L + number, OBJECT_BYTES))) {
            number++;
            assertThat((long) stored.size() * OBJECT_BYTES)
                    .as("bytes on a disk of %d", DISK_BYTES)
                    .isLessThan(DISK_BYTES);
        }
        assertThat(number).as("objects that fitted").isPositive();
    }

    /// A full disk refuses large and small, in one piece and in parts, and does not hang.
    private void refuseStreams(S3Client s3) {
        assertThat(write(s3, "large", new Content(1, 48 << 20))).isFalse();
        assertThat(stored.keySet()).doesNotContain("large");
        // A tiny one may still fit, but then it must be there.
        write(s3, "tiny", new Content(2, 100));
        S3Exception refusal = catchThrowableOfType(S3Exception.class, () -> {
            String upload =
                    s3.createMultipartUpload(b -> b.bucket(BUCKET).key("parts")).uploadId();
            for (int i = 1; i <= 4; i++) {
                int number = i;
                s3.uploadPart(
                        b -> b.bucket(BUCKET).key("parts").uploadId(upload).partNumber(number),
                        RequestBody.fromBytes(new Content(number, 8 << 20).bytes()));
            }
        });
        assertThat(refusal).isNotNull();
        assertThat(refusal.statusCode()).as(refusal.toString()).isEqualTo(507);
    }

    private void verify(S3Client s3) {
        stored.forEach((key, content) -> {
            byte[] found = s3.getObjectAsBytes(b -> b.bucket(BUCKET).key(key)).asByteArray();
            assertThat(Arrays.equals(found, content.bytes())).as(key).isTrue();
        });
        assertThat(s3.listObjectsV2(b -> b.bucket(BUCKET)).contents())
                .extracting(S3Object::key)
                .containsExactlyInAnyOrderElementsOf(stored.keySet());
    }

    private void deleteHalf(S3Client s3) {
        List<String> keys = new ArrayList<>(stored.keySet());
        keys.subList(0, keys.size() / 2).forEach(key -> {
            s3.deleteObject(b -> b.bucket(BUCKET).key(key));
            stored.remove(key);
        });
    }
}

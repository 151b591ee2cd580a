package io.flywheel.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Conditional requests, decided atomically.
abstract class ConditionSpecification extends Specification {

    private static final String OTHER_TAG = "\"00000000000000000000000000000000\"";
    private static final int WRITERS = 16;

    ConditionSpecification(Supplier<S3Client> client) {
        super(client);
    }

    @Test
    void shouldReadOnlyWhatMatches() {
        String eTag = put("key", "content").eTag();
        assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("key").ifMatch(eTag))
                        .asUtf8String())
                .isEqualTo("content");
        refused(
                412,
                "PreconditionFailed",
                () -> s3.getObjectAsBytes(b -> b.bucket(bucket).key("key").ifMatch(OTHER_TAG)));
        refused(412, () -> s3.headObject(b -> b.bucket(bucket).key("key").ifMatch(OTHER_TAG)));
    }

    @Test
    void shouldNotSendAgainWhatTheClientHas() {
        String eTag = put("key", "content").eTag();
        refused(304, () -> s3.getObjectAsBytes(b -> b.bucket(bucket).key("key").ifNoneMatch(eTag)));
        refused(304, () -> s3.headObject(b -> b.bucket(bucket).key("key").ifNoneMatch(eTag)));
        assertThat(s3.getObjectAsBytes(b -> b.bucket(bucket).key("key").ifNoneMatch(OTHER_TAG))
                        .asUtf8String())
                .isEqualTo("content");
    }

    @Test
    void shouldReadByDate() {
        String eTag = put("key", "content").eTag();
        Instant before = Instant.now().minus(Duration.ofDays(1));
        Instant modified = s3.headObject(b -> b.bucket(bucket).key("key")).lastModified();
        refused(304, () -> s3.getObjectAsBytes(b -> b.bucket(bucket).key("key").ifModifiedSince(modified)));
        s3.getObjectAsBytes(b -> b.bucket(bucket).key("key").ifModifiedSince(before));
        refused(
                412,
                "PreconditionFailed",
                () -> s3.getObjectAsBytes(b -> b.bucket(bucket).key("key").ifUnmodifiedSince(before)));
        s3.getObjectAsBytes(b -> b.bucket(bucket).key("key").ifUnmodifiedSince(modified));
        // A tag that decides makes the date of the same direction irrelevant (RFC 9110, section 13.2.2).
        s3.getObjectAsBytes(b -> b.bucket(bucket).key("key").ifMatch(eTag).ifUnmodifiedSince(before));
        refused(
                304,
                () -> s3.getObjectAsBytes(
                        b -> b.bucket(bucket).key("key").ifNoneMatch(eTag).ifModifiedSince(before)));
    }

    @Test
    void shouldCreateOnlyWhatIsNotThere() {
        s3.putObject(b -> b.bucket(bucket).key("key").ifNoneMatch("*"), RequestBody.fromString("first"));
        refused(
                412,
                "PreconditionFailed",
                () -> s3.putObject(
                        b -> b.bucket(bucket).key("key").ifNoneMatch("*"), RequestBody.fromString("second")));
        assertThat(text("key")).isEqualTo("first");
    }

    @Test
    void shouldCreateAgainBehindADeleteMarker() {
        versioning(BucketVersioningStatus.ENABLED);
        put("key", "first");
        s3.deleteObject(b -> b.bucket(bucket).key("key"));
        s3.putObject(b -> b.bucket(bucket).key("key").ifNoneMatch("*"), RequestBody.fromString("second"));
        assertThat(text("key")).isEqualTo("second");
    }

    @Test
    void shouldReplaceOnlyWhatMatches() {
        String eTag = put("key", "first").eTag();
        refused(
                412,
                "PreconditionFailed",
                () -> s3.putObject(
                        b -> b.bucket(bucket).key("key").ifMatch(OTHER_TAG), RequestBody.fromString("second")));
        assertThat(text("key")).isEqualTo("first");
        s3.putObject(b -> b.bucket(bucket).key("key").ifMatch(eTag), RequestBody.fromString("third"));
        assertThat(text("key")).isEqualTo("third");
        refused(
                404,
                "NoSuchKey",
                () -> s3.putObject(
                        b -> b.bucket(bucket).key("nothing").ifMatch(eTag), RequestBody.fromString("second")));
    }

    @Test
    void shouldDeleteOnlyWhatMatches() {
        String eTag = put("key", "first").eTag();
        refused(
                412,
                "PreconditionFailed",
                () -> s3.deleteObject(b -> b.bucket(bucket).key("key").ifMatch(OTHER_TAG)));
        assertThat(text("key")).isEqualTo("first");
        s3.deleteObject(b -> b.bucket(bucket).key("key").ifMatch(eTag));
        refused(404, "NoSuchKey", () -> read("key"));
    }

    @Test
    void shouldLetExactlyOneOfManyCreators() throws Exception {
        for (int sizeBytes : new int[] {10, 200_000}) {
            String key = "key-" + sizeBytes;
            List<Boolean> won = together(writer -> {
                byte[] content = new byte[sizeBytes];
                content[0] = (byte) writer;
                return s3.putObject(b -> b.bucket(bucket).key(key).ifNoneMatch("*"), RequestBody.fromBytes(content));
            });
            assertThat(won).as("who created " + key).containsOnlyOnce(true);
            assertThat(read(key).asByteArray()[0]).isEqualTo((byte) won.indexOf(true));
        }
    }

    @Test
    void shouldLetExactlyOneOfManyReplacers() throws Exception {
        String eTag = put("key", "old").eTag();
        List<Boolean> won = together(writer ->
                s3.putObject(b -> b.bucket(bucket).key("key").ifMatch(eTag), RequestBody.fromString("new " + writer)));
        assertThat(won).containsOnlyOnce(true);
        assertThat(text("key")).isEqualTo("new " + won.indexOf(true));
    }

    private interface Write {
        Object by(int writer);
    }

    /// Runs all writers at once; says who succeeded. A writer that lost was told so.
    private static List<Boolean> together(Write write) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
            List<Callable<Boolean>> writers = IntStream.range(0, WRITERS)
                    .<Callable<Boolean>>mapToObj(i -> () -> {
                        try {
                            write.by(i);
                            return true;
                        } catch (S3Exception e) {
                            assertThat(e.statusCode()).as(e.toString()).isIn(409, 412);
                            return false;
                        }
                    })
                    .toList();
            List<Boolean> won = new java.util.ArrayList<>();
            for (Future<Boolean> outcome : threads.invokeAll(writers)) {
                won.add(outcome.get());
            }
            return won;
        }
    }
}

package io.flywheel.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flywheel.conformance.SharedServer;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// What the chapters of the specification share: a client, and an empty bucket for each test.
abstract class Specification {

    private final Supplier<S3Client> client;

    S3Client s3;
    String bucket;

    @SuppressWarnings("NullAway.Init") // The fields are set before each test.
    Specification(Supplier<S3Client> client) {
        this.client = client;
    }

    @BeforeEach
    final void makeBucket() {
        s3 = client.get();
        bucket = SharedServer.freshBucket();
        s3.createBucket(b -> b.bucket(bucket));
    }

    final void versioning(BucketVersioningStatus status) {
        s3.putBucketVersioning(b -> b.bucket(bucket).versioningConfiguration(v -> v.status(status)));
    }

    final PutObjectResponse put(String key, String content) {
        return put(key, content.getBytes(StandardCharsets.UTF_8));
    }

    final PutObjectResponse put(String key, byte[] content) {
        return s3.putObject(b -> b.bucket(bucket).key(key), RequestBody.fromBytes(content));
    }

    final ResponseBytes<GetObjectResponse> read(String key) {
        return s3.getObjectAsBytes(b -> b.bucket(bucket).key(key));
    }

    final String text(String key) {
        return read(key).asUtf8String();
    }

    final String text(String key, String versionId) {
        return s3.getObjectAsBytes(b -> b.bucket(bucket).key(key).versionId(versionId))
                .asUtf8String();
    }

    static String quoted(String eTag) {
        return '"' + eTag + '"';
    }

    /// True for a client that sends HEAD before GET and copies: it sees errors without a code, and
    /// makes one up for a 404.
    final boolean looksFirst() {
        return s3 instanceof BlockingS3 asynchronous && asynchronous.looksBeforeItReads();
    }

    /// Expects the error with this status and code.
    final S3Exception refused(int status, String code, ThrowingCallable call) {
        S3Exception refusal = refused(status, call);
        if (looksFirst() && (status == 404 || refusal.awsErrorDetails().errorCode() == null)) {
            return refusal;
        }
        assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo(code);
        assertThat(refusal.awsErrorDetails().errorMessage()).isNotBlank();
        assertThat(refusal.requestId()).isNotBlank();
        return refusal;
    }

    /// Expects an answer with this status that carries no error document, as those to HEAD and the 304 do.
    final S3Exception refused(int status, ThrowingCallable call) {
        S3Exception refusal = catchThrowableOfType(S3Exception.class, call);
        assertThat(refusal).as("an answer with status " + status).isNotNull();
        assertThat(refusal.statusCode()).as(refusal.toString()).isEqualTo(status);
        return refusal;
    }
}

package io.flywheel.loadtest.s3;

import io.flywheel.loadtest.http.ClientOptions;
import io.flywheel.loadtest.http.HttpClient;
import io.flywheel.loadtest.http.Loops;
import java.util.concurrent.CompletableFuture;

/// Sends requests to a service that speaks S3.
public final class S3Client implements AutoCloseable {
    /// What an answer's body should be.
    ///
    /// @param identity of the object, {@link Content#identity}
    /// @param isRange 206 is the right status
    public record Expected(long identity, long fromBytes, long lengthBytes, boolean isRange) {}

    private final S3Target target;
    private final Content content;
    private final HttpClient http;

    public S3Client(S3Target target, Content content, ClientOptions options) {
        this.target = target;
        this.content = content;
        this.http = new HttpClient(target.endpoint(), options);
    }

    /// The beginning of a request.
    ///
    /// @param bucket empty for the service
    /// @param key empty for the bucket
    public S3Request request(String method, String bucket, String key) {
        return new S3Request(target, method, bucket, key);
    }

    /// Where exchanges are carried.
    public Loops loops() {
        return http.loops();
    }

    public Content content() {
        return content;
    }

    /// Sends a request whose answer is a document or nothing.
    public CompletableFuture<S3Answer> send(S3Request request, Traffic traffic) {
        return http.send(request, new AnswerReceiver(request, traffic, 0));
    }

    /// Sends a request that must get a certain status, such as 304 or 412.
    public CompletableFuture<S3Answer> sendExpecting(int status, S3Request request, Traffic traffic) {
        return http.send(request, new AnswerReceiver(request, traffic, status));
    }

    /// Sends a request whose answer is an object's content, which is checked.
    ///
    /// @return how many bytes came; fails with {@link WrongContent} or {@link S3Failure}
    public CompletableFuture<Long> read(S3Request request, Expected expected, Traffic traffic) {
        return http.send(request, new ContentReceiver(request, traffic, content, expected));
    }

    @Override
    public void close() {
        http.close();
    }
}

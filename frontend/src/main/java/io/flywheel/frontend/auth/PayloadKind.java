package io.flywheel.frontend.auth;

import io.flywheel.base.Bytes;

/// The form in which a request's payload travels, as {@code x-amz-content-sha256} names it.
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-streaming.html">S3: chunked uploads</a>
public sealed interface PayloadKind {
    /// The body is the payload, and nothing vouches for it.
    record Unsigned() implements PayloadKind {}

    /// The body is the payload, and this is its SHA-256.
    record Hashed(Bytes sha256) implements PayloadKind {}

    /// aws-chunked, each chunk signed, and the trailer too if there is one.
    record SignedChunks(ChunkSigning signing, boolean trailer, long decodedLength) implements PayloadKind {}

    /// aws-chunked without signatures, with a trailer.
    record UnsignedChunks(long decodedLength) implements PayloadKind {}

    /// The payload's length in bytes, given that of the body ({@link
    /// io.flywheel.frontend.http.RequestBody#contentLength}); -1 when it is unknown.
    default long length(long bodyLength) {
        return switch (this) {
            case Unsigned unsigned -> bodyLength;
            case Hashed hashed -> bodyLength;
            case SignedChunks chunks -> chunks.decodedLength();
            case UnsignedChunks chunks -> chunks.decodedLength();
        };
    }
}

package io.flywheel.frontend.auth;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.http.Headers;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/// A body that is the payload, whose SHA-256 was signed in the head.
final class HashedBody implements BodyDecoder {
    private final Bytes expected;
    private final MessageDigest sha256 = Hashing.sha256();

    HashedBody(Bytes expected) {
        this.expected = expected;
    }

    @Override
    public Step next(ByteBuffer raw) {
        if (!raw.hasRemaining()) {
            return PlainBody.NEED_MORE;
        }
        sha256.update(raw.duplicate());
        return PlainBody.takeAll(raw);
    }

    @Override
    public End finish() {
        var actual = Bytes.wrap(sha256.digest());
        return actual.equals(expected)
                ? new End.Complete(Headers.EMPTY)
                : new End.Failed(AuthError.of(
                        AuthError.Code.CONTENT_SHA256_MISMATCH,
                        "The provided 'x-amz-content-sha256' header does not match what was computed.",
                        "ClientComputedContentSHA256",
                        expected.toHex(),
                        "S3ComputedContentSHA256",
                        actual.toHex()));
    }
}

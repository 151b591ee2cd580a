package io.flywheel.frontend.auth;

import io.flywheel.frontend.http.Headers;
import java.nio.ByteBuffer;

/// Turns the body as it travelled into the payload, piece by piece, and verifies it. Pure: it neither waits nor copies;
/// pieces of the payload are slices of what was fed. Used by one thread at a time.
///
/// Nothing it hands out may become visible before {@link #finish} says {@link End.Complete}: hashes and signatures
/// follow the bytes they vouch for.
public interface BodyDecoder {
    /// @param headers the request's, for {@code x-amz-trailer}
    static BodyDecoder of(PayloadKind kind, Headers headers) {
        return switch (kind) {
            case PayloadKind.Unsigned unsigned -> new PlainBody();
            case PayloadKind.Hashed(var sha256) -> new HashedBody(sha256);
            case PayloadKind.SignedChunks(var signing, var trailer, var length) ->
                new ChunkedBody(new ChunkVerifier.Signed(signing), trailer, length, headers);
            case PayloadKind.UnsignedChunks(var length) ->
                new ChunkedBody(new ChunkVerifier.Unsigned(), true, length, headers);
        };
    }

    /// Takes from {@code raw}, advancing its position, up to the next piece of payload. Call it until
    /// it returns NeedMore, then feed the next piece of the body.
    Step next(ByteBuffer raw);

    /// To be called when the whole body was fed.
    End finish();

    /// One step of decoding.
    sealed interface Step {
        /// A slice of {@code raw}, never empty; valid as long as that is.
        record Payload(ByteBuffer data) implements Step {}

        /// {@code raw} is used up.
        record NeedMore() implements Step {}

        /// The body is wrong; further calls return the same.
        record Failed(AuthError error) implements Step {}
    }

    /// How a body ended.
    sealed interface End {
        /// The payload is what was signed.
        ///
        /// @param trailers the fields after the last chunk, for example {@code x-amz-checksum-crc32}
        record Complete(Headers trailers) implements End {}

        record Failed(AuthError error) implements End {}
    }
}

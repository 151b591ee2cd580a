package io.flywheel.frontend.auth;

import io.flywheel.frontend.http.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A body in aws-chunked encoding:
///
/// ```
/// 10000;chunk-signature=ad80c730...\r\n   size in hexadecimal; the signature only where chunks are signed
/// ...65,536 bytes...\r\n
/// 0;chunk-signature=b6c6ea8a...\r\n       the last chunk is empty
/// x-amz-checksum-crc32c:sOO8/Q==\r\n      fields, where there is a trailer
/// x-amz-trailer-signature:d81f82fc...\r\n where chunks are signed
/// \r\n
/// ```
final class ChunkedBody implements BodyDecoder {
    private static final int LINE_BYTES_MAX = 4096;
    private static final int TRAILER_FIELDS_MAX = 16;
    private static final int SIGNED_CHUNK_BYTES_MIN = 8192;
    private static final String SIGNATURE = "chunk-signature=";

    private enum State {
        SIZE,
        DATA,
        DATA_END,
        TRAILER,
        END
    }

    private final ChunkVerifier verifier;
    private final boolean trailer;
    private final long declaredLength;
    private final Headers headers;

    private State state = State.SIZE;
    private final byte[] line = new byte[LINE_BYTES_MAX];
    private int lineLength;
    private long chunkLeft;
    private boolean shortChunk;
    private String signature = "";
    private long length;
    private final Headers.Builder trailers = Headers.builder();
    private final StringBuilder canonicalTrailers = new StringBuilder();
    private int trailerFields;
    private @Nullable String trailerSignature;
    private Step.@Nullable Failed failed;

    ChunkedBody(ChunkVerifier verifier, boolean trailer, long declaredLength, Headers headers) {
        this.verifier = verifier;
        this.trailer = trailer;
        this.declaredLength = declaredLength;
        this.headers = headers;
    }

    private boolean fail(AuthError.Code code, String message) {
        failed = new Step.Failed(AuthError.of(code, message));
        return false;
    }

    private boolean incomplete() {
        return fail(
                AuthError.Code.INCOMPLETE_BODY,
                "You did not provide the number of bytes specified by the Content-Length HTTP header");
    }

    private boolean mismatch() {
        return fail(
                AuthError.Code.SIGNATURE_DOES_NOT_MATCH,
                "The request signature we calculated does not match the signature you provided. Check your key and"
                        + " signing method.");
    }

    @Override
    public Step next(ByteBuffer raw) {
        boolean ok = failed == null;
        while (ok && raw.hasRemaining()) {
            if (state == State.DATA) {
                return data(raw);
            }
            ok = framing(raw);
        }
        return failed == null ? PlainBody.NEED_MORE : failed;
    }

    private Step data(ByteBuffer raw) {
        int bytes = (int) Math.min(chunkLeft, raw.remaining());
        var data = raw.slice(raw.position(), bytes);
        raw.position(raw.position() + bytes);
        verifier.update(data);
        chunkLeft -= bytes;
        length += bytes;
        if (chunkLeft == 0) {
            state = State.DATA_END;
        }
        return new Step.Payload(data);
    }

    /// Collects the next line, and takes it when it is whole.
    private boolean framing(ByteBuffer raw) {
        if (state == State.END) {
            return incomplete();
        }
        while (raw.hasRemaining()) {
            byte b = raw.get();
            if (b == '\n') {
                int end = lineLength > 0 && line[lineLength - 1] == '\r' ? lineLength - 1 : lineLength;
                boolean carriageReturn = end < lineLength;
                lineLength = 0;
                return takeLine(new String(line, 0, end, StandardCharsets.ISO_8859_1), carriageReturn);
            }
            if (lineLength == line.length) {
                return fail(AuthError.Code.INVALID_CHUNK_SIZE, "The header of a chunk is too long.");
            }
            line[lineLength++] = b;
        }
        return true;
    }

    private boolean takeLine(String text, boolean carriageReturn) {
        return switch (state) {
            case SIZE -> carriageReturn ? takeSize(text) : incomplete();
            case DATA_END -> (carriageReturn && text.isEmpty()) ? endOfChunk() : incomplete();
            case TRAILER -> takeTrailer(text);
            case DATA, END -> throw new IllegalStateException("no line in state " + state);
        };
    }

    private boolean takeSize(String text) {
        int semicolon = text.indexOf(';');
        String digits = semicolon < 0 ? text : text.substring(0, semicolon);
        long size = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = Character.digit(digits.charAt(i), 16);
            size = digit < 0 || size >> 52 != 0 ? Long.MAX_VALUE : size << 4 | digit;
        }
        if (digits.isEmpty() || size >> 56 != 0) {
            return fail(AuthError.Code.INVALID_CHUNK_SIZE, "The size of a chunk is malformed.");
        }
        if (size > 0 && shortChunk && verifier.signed()) {
            return fail(
                    AuthError.Code.INVALID_CHUNK_SIZE,
                    "Only the last chunk is allowed to have a size less than 8192 bytes");
        }
        if (size > declaredLength - length) {
            return incomplete();
        }
        signature = "";
        if (verifier.signed()) {
            if (semicolon < 0 || !text.startsWith(SIGNATURE, semicolon + 1)) {
                return fail(AuthError.Code.ACCESS_DENIED, "A chunk is not signed.");
            }
            signature = text.substring(semicolon + 1 + SIGNATURE.length());
        }
        chunkLeft = size;
        shortChunk = size < SIGNED_CHUNK_BYTES_MIN;
        state = size > 0 ? State.DATA : State.TRAILER;
        return size > 0 || verifier.chunkMatches(signature) || mismatch();
    }

    private boolean endOfChunk() {
        state = State.SIZE;
        return verifier.chunkMatches(signature) || mismatch();
    }

    private boolean takeTrailer(String text) {
        if (text.isEmpty()) {
            // A blank line may stand between the fields and their signature.
            boolean signatureMissing = trailer && verifier.signed() && trailerSignature == null && trailerFields > 0;
            state = signatureMissing ? State.TRAILER : State.END;
            return true;
        }
        int colon = text.indexOf(':');
        if (!trailer || colon <= 0 || ++trailerFields > TRAILER_FIELDS_MAX) {
            return malformedTrailer();
        }
        String name = text.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        String value = text.substring(colon + 1).strip();
        if (name.equals("x-amz-trailer-signature")) {
            trailerSignature = value;
            return true;
        }
        if (!Headers.isValidValue(value) || !isAnnounced(name)) {
            return malformedTrailer();
        }
        trailers.add(name, value);
        canonicalTrailers.append(name).append(':').append(value).append('\n');
        return true;
    }

    private boolean malformedTrailer() {
        return fail(
                AuthError.Code.MALFORMED_TRAILER,
                "The request contained trailing data that was not well-formed or did not conform to our published"
                        + " schema.");
    }

    private boolean isAnnounced(String name) {
        for (String value : headers.all("x-amz-trailer")) {
            for (String announced : value.split(",", -1)) {
                if (announced.strip().equalsIgnoreCase(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public End finish() {
        boolean ok = failed == null && ended();
        return ok || failed == null ? new End.Complete(trailers.build()) : new End.Failed(failed.error());
    }

    private boolean ended() {
        if (state != State.END || length != declaredLength) {
            return incomplete();
        }
        var received = trailers.build();
        for (String value : headers.all("x-amz-trailer")) {
            for (String announced : value.split(",", -1)) {
                if (!received.contains(announced.strip().toLowerCase(Locale.ROOT))) {
                    return malformedTrailer();
                }
            }
        }
        if (!trailer || !verifier.signed()) {
            return true;
        }
        if (trailerSignature == null) {
            return malformedTrailer();
        }
        return verifier.trailerMatches(canonicalTrailers.toString(), trailerSignature) || mismatch();
    }
}

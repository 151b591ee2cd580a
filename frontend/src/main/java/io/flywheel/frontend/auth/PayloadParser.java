package io.flywheel.frontend.auth;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.http.Headers;
import java.util.function.Supplier;

/// Reads the form of a payload from {@code x-amz-content-sha256}.
final class PayloadParser {
    static final String UNSIGNED = "UNSIGNED-PAYLOAD";
    private static final PayloadKind.Unsigned UNSIGNED_KIND = new PayloadKind.Unsigned();

    private PayloadParser() {}

    /// What a payload's form came to.
    sealed interface Parsed {
        record Known(PayloadKind kind) implements Parsed {}

        record Wrong(AuthError error) implements Parsed {}
    }

    static Parsed parse(String value, Headers headers, Supplier<ChunkSigning> signing) {
        return switch (value) {
            case UNSIGNED -> new Parsed.Known(UNSIGNED_KIND);
            case "STREAMING-UNSIGNED-PAYLOAD-TRAILER" -> {
                long length = decodedLength(headers);
                yield length < 0 ? wrongLength(headers) : new Parsed.Known(new PayloadKind.UnsignedChunks(length));
            }
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" -> {
                long length = decodedLength(headers);
                boolean trailer = value.endsWith("-TRAILER");
                yield length < 0
                        ? wrongLength(headers)
                        : new Parsed.Known(new PayloadKind.SignedChunks(signing.get(), trailer, length));
            }
            default -> hash(value);
        };
    }

    private static Parsed hash(String value) {
        boolean hex = value.length() == 64;
        for (int i = 0; hex && i < 64; i++) {
            hex = Character.digit(value.charAt(i), 16) >= 0;
        }
        return hex
                ? new Parsed.Known(new PayloadKind.Hashed(Bytes.wrap(Hashing.HEX.parseHex(value))))
                : new Parsed.Wrong(AuthError.of(
                        AuthError.Code.INVALID_ARGUMENT,
                        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER,"
                                + " STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or"
                                + " a valid sha256 value.",
                        "ArgumentName",
                        "x-amz-content-sha256",
                        "ArgumentValue",
                        value));
    }

    /// -1 when it is missing or no length.
    private static long decodedLength(Headers headers) {
        String value = headers.firstOr("x-amz-decoded-content-length", "");
        if (value.isEmpty() || value.length() > 18) {
            return -1;
        }
        long length = 0;
        for (int i = 0; i < value.length(); i++) {
            int digit = value.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            length = length * 10 + digit;
        }
        return length;
    }

    private static Parsed wrongLength(Headers headers) {
        return new Parsed.Wrong(
                headers.contains("x-amz-decoded-content-length")
                        ? AuthError.of(
                                AuthError.Code.INVALID_ARGUMENT,
                                "x-amz-decoded-content-length must be a number of bytes.")
                        : AuthError.of(
                                AuthError.Code.MISSING_CONTENT_LENGTH,
                                "You must provide the Content-Length HTTP header."));
    }
}

package io.flywheel.loadtest.s3;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// How a request vouches for its payload.
public enum PayloadForm {
    /// Its SHA-256 is signed: it is made twice, once to be hashed.
    SIGNED,
    /// Not at all.
    UNSIGNED,
    /// In chunks that are signed one after the other.
    STREAMING_SIGNED,
    /// In signed chunks with a signed checksum at the end.
    STREAMING_SIGNED_TRAILER,
    /// In chunks with a checksum at the end, as AWS's SDKs do over TLS.
    STREAMING_UNSIGNED_TRAILER;

    /// As settings say it: in lower case with hyphens.
    public static PayloadForm parse(String text) {
        return Arrays.stream(values())
                .filter(form -> form.settingName().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("settings.payload: '" + text + "' is none of "
                        + Arrays.stream(values()).map(PayloadForm::settingName).collect(Collectors.joining(", "))));
    }

    private String settingName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean isChunked() {
        return this != SIGNED && this != UNSIGNED;
    }

    boolean hasTrailer() {
        return this == STREAMING_SIGNED_TRAILER || this == STREAMING_UNSIGNED_TRAILER;
    }

    boolean signsChunks() {
        return this == STREAMING_SIGNED || this == STREAMING_SIGNED_TRAILER;
    }

    /// What `x-amz-content-sha256` says, but for {@link #SIGNED}.
    String claim() {
        return switch (this) {
            case SIGNED -> throw new IllegalStateException("a hash");
            case UNSIGNED -> "UNSIGNED-PAYLOAD";
            case STREAMING_SIGNED -> "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
            case STREAMING_SIGNED_TRAILER -> "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
            case STREAMING_UNSIGNED_TRAILER -> "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
        };
    }
}

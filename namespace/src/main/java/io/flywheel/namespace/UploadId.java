package io.flywheel.namespace;

import static io.flywheel.base.Check.check;

import java.util.Optional;

/// Names a multipart upload: 128 random bits, written as 32 lower-case hexadecimal digits.
public record UploadId(long high, long low) {
    /// Empty when {@code text} is not an upload id.
    public static Optional<UploadId> parse(String text) {
        if (text.length() != 32 || !text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return Optional.empty();
        }
        return Optional.of(
                new UploadId(Long.parseUnsignedLong(text, 0, 16, 16), Long.parseUnsignedLong(text, 16, 32, 16)));
    }

    public UploadId {
        check(high != 0 || low != 0, "upload id");
    }

    @Override
    public String toString() {
        return "%016x%016x".formatted(high, low);
    }
}

package io.flywheel.namespace;

import static io.flywheel.base.Check.check;

import java.util.Optional;

/// Names a version of a key: the position of the command that made it (so that newer sorts first by falling position)
/// and the nonce that this command carried (so that ids cannot be guessed). Written as 32 lower-case hexadecimal
/// digits.
/// Whether it is the null version is a property of the version, not of the id.
public record VersionId(long position, long nonce) {
    public VersionId {
        check(position >= 0, "position");
    }

    /// Empty when {@code text} is not a version id.
    public static Optional<VersionId> parse(String text) {
        if (text.length() != 32) {
            return Optional.empty();
        }
        for (int i = 0; i < 32; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return Optional.empty();
            }
        }
        long position = Long.parseUnsignedLong(text, 0, 16, 16);
        return position < 0
                ? Optional.empty()
                : Optional.of(new VersionId(position, Long.parseUnsignedLong(text, 16, 32, 16)));
    }

    @Override
    public String toString() {
        return "%016x%016x".formatted(position, nonce);
    }
}

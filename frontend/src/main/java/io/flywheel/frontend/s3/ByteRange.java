package io.flywheel.frontend.s3;

import io.flywheel.frontend.s3.error.S3Error;
import java.util.Optional;

/// A range of an object's bytes: {@code [first, last]}.
record ByteRange(long first, long last) {
    long length() {
        return last - first + 1;
    }

    /// As in {@code Content-Range}.
    String contentRange(long sizeBytes) {
        return "bytes " + first + "-" + last + "/" + sizeBytes;
    }

    /// The range that a Range header asks for. Empty when it is to be ignored, as S3 ignores what it does not
    /// understand and several ranges at once: the whole object is answered.
    ///
    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidRange when no byte of it exists
    static Optional<ByteRange> parse(String header, long sizeBytes) {
        String unit = "bytes=";
        if (!header.regionMatches(true, 0, unit, 0, unit.length())) {
            return Optional.empty();
        }
        String spec = header.substring(unit.length()).strip();
        int dash = spec.indexOf('-');
        if (dash < 0) {
            return Optional.empty();
        }
        String from = spec.substring(0, dash).strip();
        String to = spec.substring(dash + 1).strip();
        if (!isNumber(from) || !isNumber(to) || (from.isEmpty() && to.isEmpty())) {
            return Optional.empty();
        }
        if (from.isEmpty()) {
            long suffix = number(to);
            if (suffix == 0 || sizeBytes == 0) {
                throw unsatisfiable(header, sizeBytes);
            }
            return Optional.of(new ByteRange(Math.max(0, sizeBytes - suffix), sizeBytes - 1));
        }
        long first = number(from);
        long last = to.isEmpty() ? Long.MAX_VALUE : number(to);
        if (last < first) {
            return Optional.empty();
        }
        if (first >= sizeBytes) {
            throw unsatisfiable(header, sizeBytes);
        }
        return Optional.of(new ByteRange(first, Math.min(last, sizeBytes - 1)));
    }

    private static RuntimeException unsatisfiable(String header, long sizeBytes) {
        return S3Error.INVALID_RANGE
                .failure()
                .with("RangeRequested", header)
                .with("ActualObjectSize", Long.toString(sizeBytes))
                .withHeader("content-range", "bytes */" + sizeBytes);
    }

    private static boolean isNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /// Numbers beyond a long are as good as the largest.
    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}

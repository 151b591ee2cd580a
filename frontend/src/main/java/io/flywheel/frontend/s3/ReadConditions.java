package io.flywheel.frontend.s3;

import io.flywheel.frontend.s3.error.S3Error;
import java.util.Optional;

/// The conditions under which an object is read or copied.
///
/// @param unmodifiedSince Unix seconds
/// @param modifiedSince Unix seconds
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html">S3: GetObject, which says what
///     counts when several are given</a>
record ReadConditions(
        Optional<String> match,
        Optional<String> noneMatch,
        Optional<Long> unmodifiedSince,
        Optional<Long> modifiedSince) {
    private static final String COPY_SOURCE = "x-amz-copy-source-";

    static ReadConditions ofRead(S3Request request) {
        return of(request, "");
    }

    static ReadConditions ofCopySource(S3Request request) {
        return of(request, COPY_SOURCE);
    }

    private static ReadConditions of(S3Request request, String prefix) {
        // A date that cannot be read is no condition, as in HTTP.
        return new ReadConditions(
                request.header(prefix + "if-match"),
                request.header(prefix + "if-none-match"),
                request.header(prefix + "if-unmodified-since").flatMap(Dates::parse),
                request.header(prefix + "if-modified-since").flatMap(Dates::parse));
    }

    boolean isNone() {
        return match.isEmpty() && noneMatch.isEmpty() && unmodifiedSince.isEmpty() && modifiedSince.isEmpty();
    }

    /// Passes when the object may be read.
    ///
    /// @throws io.flywheel.frontend.s3.error.S3Failure NotModified, PreconditionFailed
    void checkRead(String etag, long modifiedMillis) {
        failed(etag, modifiedMillis).ifPresent(condition -> {
            throw condition.equals("If-None-Match") || condition.equals("If-Modified-Since")
                    ? S3Error.NOT_MODIFIED.failure()
                    : S3Error.PRECONDITION_FAILED.failure().with("Condition", condition);
        });
    }

    /// Passes when the object may be copied; a copy is never answered with NotModified.
    ///
    /// @throws io.flywheel.frontend.s3.error.S3Failure PreconditionFailed
    void checkCopy(String etag, long modifiedMillis) {
        failed(etag, modifiedMillis).ifPresent(condition -> {
            throw S3Error.PRECONDITION_FAILED.failure().with("Condition", COPY_SOURCE + condition);
        });
    }

    private Optional<String> failed(String etag, long modifiedMillis) {
        long seconds = Math.floorDiv(modifiedMillis, 1_000L);
        if (match.isPresent()) {
            // A matching ETag outweighs a date.
            if (!matches(match.get(), etag)) {
                return Optional.of("If-Match");
            }
        } else if (unmodifiedSince.isPresent() && seconds > unmodifiedSince.get()) {
            return Optional.of("If-Unmodified-Since");
        }
        if (noneMatch.isPresent()) {
            return matches(noneMatch.get(), etag) ? Optional.of("If-None-Match") : Optional.empty();
        }
        return modifiedSince.isPresent() && seconds <= modifiedSince.get()
                ? Optional.of("If-Modified-Since")
                : Optional.empty();
    }

    /// Whether a list of ETags, quoted or not, weak or not, holds {@code etag} or is {@code *}.
    static boolean matches(String list, String etag) {
        for (String item : list.split(",", -1)) {
            String candidate = unquote(item);
            if (candidate.equals("*") || candidate.equals(etag)) {
                return true;
            }
        }
        return false;
    }

    /// An ETag without quotes and the mark of weakness.
    static String unquote(String etag) {
        String text = etag.strip();
        if (text.startsWith("W/")) {
            text = text.substring(2);
        }
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }
}

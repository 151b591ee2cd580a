package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.Lookup;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.VersionSelector;
import java.util.Optional;

/// The conditions of writes and deletes, which the namespace decides together with the change.
///
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html">S3: conditional
///     writes</a>
final class WriteConditions {
    private WriteConditions() {}

    /// Of PutObject, CopyObject and CompleteMultipartUpload.
    ///
    /// @throws io.flywheel.frontend.s3.error.S3Failure NotImplemented for what S3 does not have either
    static Condition ofWrite(S3Request request) {
        Optional<String> match = request.header("if-match").map(ReadConditions::unquote);
        Optional<String> noneMatch = request.header("if-none-match");
        if (noneMatch.isPresent() && !noneMatch.get().strip().equals("*")) {
            throw S3Error.headerNotImplemented("If-None-Match");
        }
        if (match.isPresent() && noneMatch.isPresent()) {
            throw S3Error.headerNotImplemented("If-Match and If-None-Match");
        }
        if (match.isEmpty() && noneMatch.isEmpty()) {
            return Condition.NONE;
        }
        return new Condition(match, noneMatch.isPresent(), Optional.empty(), Optional.empty());
    }

    /// Of DeleteObject.
    ///
    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidArgument, NotImplemented
    static Condition ofDelete(S3Request request) {
        if (request.headers().contains("if-none-match")) {
            throw S3Error.headerNotImplemented("If-None-Match");
        }
        return of(
                request.header("if-match"),
                request.header("x-amz-if-match-last-modified-time"),
                request.header("x-amz-if-match-size"));
    }

    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidArgument
    static Condition of(Optional<String> etag, Optional<String> modified, Optional<String> size) {
        if (etag.isEmpty() && modified.isEmpty() && size.isEmpty()) {
            return Condition.NONE;
        }
        return new Condition(
                etag.map(ReadConditions::unquote),
                false,
                modified.map(text -> Dates.parse(text)
                        .orElseThrow(() -> S3Error.invalidArgument(
                                "Invalid last modified time", "x-amz-if-match-last-modified-time", text))),
                size.map(WriteConditions::size));
    }

    private static long size(String text) {
        try {
            long size = Long.parseLong(text.strip());
            if (size >= 0) {
                return size;
            }
        } catch (NumberFormatException e) {
            // Refused below, like a negative number.
        }
        throw S3Error.invalidArgument("Invalid size", "x-amz-if-match-size", text);
    }

    /// Refuses early what the namespace would refuse after the body was received; that it passes promises nothing.
    static void checkEarly(Namespace namespace, String bucket, Bytes key, Condition condition) {
        if (condition.ifMatch().isEmpty() && !condition.ifNoneMatch()) {
            return;
        }
        boolean exists;
        String etag = "";
        switch (namespace.lookup(bucket, key, VersionSelector.CURRENT)) {
            case Lookup.Found found -> {
                exists = true;
                etag = found.version().etag();
            }
            case Lookup.Deleted deleted -> exists = false;
            case Lookup.NoSuchKey noSuchKey -> exists = false;
            case Lookup.NoSuchVersion noSuchVersion -> exists = false;
            case Lookup.NoSuchBucket noSuchBucket ->
                throw S3Error.NO_SUCH_BUCKET.failure().with("BucketName", bucket);
        }
        if (condition.ifNoneMatch() && exists) {
            throw S3Error.PRECONDITION_FAILED.failure().with("Condition", "If-None-Match");
        }
        if (condition.ifMatch().isPresent()) {
            if (!exists) {
                throw S3Error.NO_SUCH_KEY.failure().with("Key", key.toUtf8());
            }
            if (!ReadConditions.matches(condition.ifMatch().get(), etag)) {
                throw S3Error.PRECONDITION_FAILED.failure().with("Condition", "If-Match");
            }
        }
    }
}

package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.base.Clock;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.error.S3Failure;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.Bucket;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Lookup;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.UploadId;
import io.flywheel.namespace.Version;
import io.flywheel.namespace.VersionSelector;
import io.flywheel.objects.ObjectData;

/// What the operations stand on, and how its answers become S3's errors.
record Backend(Namespace namespace, ObjectData data, Tasks tasks, Clock clock, Random random, S3Options options) {
    Command.Stamp stamp(S3Request request) {
        return stamp(request.account());
    }

    Command.Stamp stamp(AccountId account) {
        return new Command.Stamp(random.nextLong(), random.nextLong(), clock.unixMillis(), account);
    }

    UploadId newUploadId() {
        // Zero names nothing.
        return new UploadId(random.nextLong() | 1, random.nextLong());
    }

    /// @throws S3Failure NoSuchBucket
    Bucket bucket(String name) {
        return namespace.bucket(name).orElseThrow(() -> noSuchBucket(name));
    }

    /// Makes the change.
    ///
    /// @throws S3Failure when it was refused
    Outcome apply(S3Request request, Command command) {
        Outcome outcome = namespace.apply(command);
        if (outcome instanceof Outcome.Refused refused) {
            throw failure(request, refused);
        }
        return outcome;
    }

    /// The object that a request reads.
    ///
    /// @throws S3Failure NoSuchBucket, NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker
    Lookup.Found found(S3Request request, Lookup lookup) {
        String key = request.key().toUtf8();
        return switch (lookup) {
            case Lookup.Found found -> found;
            case Lookup.NoSuchBucket none -> throw noSuchBucket(request.bucket());
            case Lookup.NoSuchKey none -> throw S3Error.NO_SUCH_KEY.failure().with("Key", key);
            case Lookup.NoSuchVersion none -> throw noSuchVersion(request.key(), request.version());
            case Lookup.Deleted deleted -> throw deleted(request, deleted.marker());
        };
    }

    private static S3Failure deleted(S3Request request, Version.DeleteMarker marker) {
        boolean current = request.version() instanceof VersionSelector.Current;
        S3Failure failure = current
                ? S3Error.NO_SUCH_KEY.failure().with("Key", request.key().toUtf8())
                : S3Error.METHOD_NOT_ALLOWED
                        .failure()
                        .with("Method", request.head().method())
                        .with("ResourceType", "DeleteMarker")
                        .withHeader("allow", "DELETE")
                        .withHeader("last-modified", Dates.http(marker.modifiedMillis()));
        return failure.withHeader("x-amz-delete-marker", "true").withHeader("x-amz-version-id", versionText(marker));
    }

    static S3Failure noSuchBucket(String name) {
        return S3Error.NO_SUCH_BUCKET.failure().with("BucketName", name);
    }

    static S3Failure noSuchVersion(Bytes key, VersionSelector version) {
        return S3Error.NO_SUCH_VERSION
                .failure()
                .with("Key", key.toUtf8())
                .with(
                        "VersionId",
                        version instanceof VersionSelector.Exactly exactly
                                ? exactly.id().toString()
                                : "null");
    }

    static S3Failure noSuchUpload(String id) {
        return S3Error.NO_SUCH_UPLOAD.failure().with("UploadId", id);
    }

    /// How S3 writes the id of a version.
    static String versionText(Version version) {
        return version.isNull() ? "null" : version.id().toString();
    }

    /// The one place where a refusal of the namespace becomes an error of S3.
    static S3Failure failure(S3Request request, Outcome.Refused refused) {
        String key = request.key().toUtf8();
        return switch (refused.refusal()) {
            case BUCKET_ALREADY_EXISTS ->
                S3Error.BUCKET_ALREADY_EXISTS.failure().with("BucketName", request.bucket());
            case BUCKET_ALREADY_OWNED_BY_YOU ->
                S3Error.BUCKET_ALREADY_OWNED_BY_YOU.failure().with("BucketName", request.bucket());
            case BUCKET_NOT_EMPTY -> S3Error.BUCKET_NOT_EMPTY.failure().with("BucketName", request.bucket());
            case NO_SUCH_BUCKET -> noSuchBucket(request.bucket());
            case NO_SUCH_KEY -> S3Error.NO_SUCH_KEY.failure().with("Key", key);
            case NO_SUCH_VERSION -> noSuchVersion(request.key(), request.version());
            case NO_SUCH_UPLOAD -> noSuchUpload(request.query().text("uploadId").orElse(""));
            case METHOD_NOT_ALLOWED ->
                S3Error.METHOD_NOT_ALLOWED
                        .failure()
                        .with("Method", request.head().method())
                        .with("ResourceType", "DeleteMarker")
                        .withHeader("x-amz-delete-marker", "true");
            case PRECONDITION_FAILED ->
                S3Error.PRECONDITION_FAILED
                        .failure()
                        .with("Condition", request.headers().contains("if-none-match") ? "If-None-Match" : "If-Match");
            case INVALID_PART -> S3Error.INVALID_PART.failure();
            case INVALID_PART_ORDER -> S3Error.INVALID_PART_ORDER.failure();
            case ENTITY_TOO_SMALL -> S3Error.ENTITY_TOO_SMALL.failure();
            case ENTITY_TOO_LARGE -> S3Error.ENTITY_TOO_LARGE.failure();
            case BAD_DIGEST -> detailed(S3Error.BAD_DIGEST, refused);
            case INVALID_REQUEST -> detailed(S3Error.INVALID_REQUEST, refused);
            case TOO_MANY_BUCKETS -> S3Error.TOO_MANY_BUCKETS.failure();
            case LEASE_CLOSED -> S3Error.SERVICE_UNAVAILABLE.failure();
            case FULL -> S3Error.INSUFFICIENT_STORAGE.failure();
            case UNAVAILABLE -> S3Error.SERVICE_UNAVAILABLE.failure();
        };
    }

    private static S3Failure detailed(S3Error error, Outcome.Refused refused) {
        return refused.detail().isEmpty() ? error.failure() : error.failure(refused.detail());
    }
}

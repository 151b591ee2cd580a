package io.flywheel.namespace;

import java.util.Optional;

/// What a command came to. Every refusal leaves the namespace as it was, and is not remembered: a repeated request is
/// decided anew.
public sealed interface Outcome {
    /// Done, with nothing to tell.
    record Done() implements Outcome {}

    /// @param version to a repeated request without attributes and content
    /// @param versioning the bucket's, which decides whether the response names the version
    record ObjectPut(Version.ObjectVersion version, Versioning versioning) implements Outcome {}

    /// @param marker the delete marker that was made, or that was deleted
    /// @param deleted the version asked for by its id, also where there was none, or the null version that was
    ///     removed
    /// @param deletedNull whether the null version was asked for
    record ObjectDeleted(Optional<Version.DeleteMarker> marker, Optional<VersionId> deleted, boolean deletedNull)
            implements Outcome {}

    /// @param version whose tags were set
    record TagsSet(VersionId version, boolean isNull, Versioning versioning) implements Outcome {}

    record LeaseOpened(long lease) implements Outcome {}

    /// Why nothing was done.
    record Refused(Refusal refusal, String detail) implements Outcome {}

    /// The reasons, named as S3's errors are where S3 has one.
    enum Refusal {
        BUCKET_ALREADY_EXISTS,
        BUCKET_ALREADY_OWNED_BY_YOU,
        BUCKET_NOT_EMPTY,
        NO_SUCH_BUCKET,
        NO_SUCH_KEY,
        NO_SUCH_VERSION,
        NO_SUCH_UPLOAD,
        METHOD_NOT_ALLOWED,
        PRECONDITION_FAILED,
        INVALID_PART,
        INVALID_PART_ORDER,
        ENTITY_TOO_SMALL,
        ENTITY_TOO_LARGE,
        BAD_DIGEST,
        INVALID_REQUEST,
        TOO_MANY_BUCKETS,
        /// The lease under which the blocks were written is closed: write them again.
        LEASE_CLOSED,
        /// The disk below takes no more changes but deletes.
        FULL,
        /// The log cannot be written: nothing is known to be persistent any more.
        UNAVAILABLE
    }
}

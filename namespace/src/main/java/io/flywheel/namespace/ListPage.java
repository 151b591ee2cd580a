package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import java.util.List;
import java.util.Optional;

/// @param entries keys and common prefixes together, in order
/// @param next what the next page comes after, when there is more: a key, or a common prefix (then that prefix and all
///     below it are behind)
public record ListPage(List<Entry> entries, Optional<Bytes> next) {
    /// What a listing shows.
    public sealed interface Entry {
        /// The key, or the common prefix.
        Bytes name();
    }

    /// A live object, from the small record that listing reads.
    public record Summary(
            Bytes name,
            long modifiedMillis,
            String etag,
            long sizeBytes,
            String storageClass,
            AccountId owner,
            Optional<ObjectChecksum.Type> checksumType,
            Optional<io.flywheel.base.ChecksumAlgorithm> checksum)
            implements Entry {}

    /// All keys that begin with it, up to and with the delimiter.
    public record CommonPrefix(Bytes name) implements Entry {}

    public ListPage {
        entries = List.copyOf(entries);
    }
}

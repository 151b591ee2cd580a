package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;

/// The checksum that S3 keeps with an object.
///
/// @param parts for a composite checksum the number of parts (the {@code -N} that S3 appends), otherwise 0
public record ObjectChecksum(ChecksumAlgorithm algorithm, Type type, Bytes value, int parts) {
    /// Over the whole object, or over the checksums of its parts.
    public enum Type {
        FULL_OBJECT,
        COMPOSITE
    }
}

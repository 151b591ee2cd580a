package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import java.util.Optional;

/// A part of an upload.
///
/// @param number 1 to 10,000
/// @param etag MD5 of the part, 32 hexadecimal digits
/// @param checksum the part's checksum value by the upload's algorithm, where there is one
/// @param content inline or blocks, never parts
public record Part(
        int number, long sizeBytes, String etag, Optional<Bytes> checksum, long modifiedMillis, Content content) {
    Part withContent(Content newContent) {
        return new Part(number, sizeBytes, etag, checksum, modifiedMillis, newContent);
    }
}

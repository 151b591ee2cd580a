package io.flywheel.namespace;

import java.util.Optional;

/// What must hold for a write or a delete to happen, decided in the same step as the change. Every part given must
/// hold.
///
/// @param ifMatch the ETag (without quotes, or {@code *} for any) that the current object must have; with no current
///     object S3 answers 404 NoSuchKey
/// @param ifNoneMatch true for {@code If-None-Match: *}: there must be no current object
/// @param ifModifiedAt Unix seconds that the object's last modification must equal ({@code
/// x-amz-if-match-last-modified-time})
/// @param ifSize bytes that the object must have ({@code x-amz-if-match-size})
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html">S3: conditional
///     requests</a>
public record Condition(
        Optional<String> ifMatch, boolean ifNoneMatch, Optional<Long> ifModifiedAt, Optional<Long> ifSize) {
    public static final Condition NONE = new Condition(Optional.empty(), false, Optional.empty(), Optional.empty());
}

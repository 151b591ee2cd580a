package io.flywheel.frontend.auth;

import io.flywheel.base.Bytes;

/// What the signatures of a body's chunks are made with.
///
/// @param signingKey the key of the day, region and service
/// @param dateTime {@code 20130524T000000Z}
/// @param scope {@code 20130524/us-east-1/s3/aws4_request}
/// @param seedSignature the request's own, in hexadecimal: what the first chunk chains to
public record ChunkSigning(Bytes signingKey, String dateTime, String scope, String seedSignature) {
    @Override
    public String toString() {
        return "ChunkSigning[" + dateTime + " " + scope + "]";
    }
}

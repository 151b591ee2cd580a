package io.flywheel.frontend.auth;

import io.flywheel.base.Clock;
import io.flywheel.frontend.http.RequestHead;

/// Verifies AWS Signature Version 4 of S3 requests, in the Authorization header or in a presigned URL.
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html">S3:
///     authenticating requests</a>
public final class SignatureV4 {
    private final CredentialStore credentials;
    private final String region;
    private final Clock clock;

    /// @param region the one that requests must be signed for
    public SignatureV4(CredentialStore credentials, String region, Clock clock) {
        this.credentials = credentials;
        this.region = region;
        this.clock = clock;
    }

    /// Verifies a request by its head alone. Fast, never blocks: to be called on the event loop.
    public AuthResult verify(RequestHead head) {
        return new AuthResult.Rejected(
                AuthError.of(AuthError.Code.ACCESS_DENIED, "" + credentials + region + clock + head));
    }
}

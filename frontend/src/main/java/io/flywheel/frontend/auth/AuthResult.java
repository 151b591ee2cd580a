package io.flywheel.frontend.auth;

/// What the signature of a request came to.
public sealed interface AuthResult {
    /// Signed by the holder of {@code accessKey}, and in time. The payload is still to be verified, by
    /// {@link BodyDecoder}.
    record Authenticated(String accessKey, PayloadKind payload) implements AuthResult {}

    /// Not signed at all.
    record Anonymous(PayloadKind payload) implements AuthResult {}

    record Rejected(AuthError error) implements AuthResult {}
}

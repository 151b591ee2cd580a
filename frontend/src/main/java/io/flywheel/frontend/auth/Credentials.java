package io.flywheel.frontend.auth;

/// An access key and the secret that signs with it. The secret is not printed.
public record Credentials(String accessKey, String secretKey) {
    @Override
    public String toString() {
        return "Credentials[accessKey=" + accessKey + "]";
    }
}

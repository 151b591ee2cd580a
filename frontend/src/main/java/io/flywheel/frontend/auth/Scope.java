package io.flywheel.frontend.auth;

import org.jspecify.annotations.Nullable;

/// A credential scope: {@code accessKey/20130524/us-east-1/s3/aws4_request}. Access keys may contain slashes.
record Scope(String accessKey, String date, String region, String service, String terminal) {
    /// Null when it has another form.
    static @Nullable Scope parse(String credential) {
        String[] parts = new String[4];
        int end = credential.length();
        for (int i = 3; i >= 0; i--) {
            int slash = credential.lastIndexOf('/', end - 1);
            if (slash < 0) {
                return null;
            }
            parts[i] = credential.substring(slash + 1, end);
            end = slash;
        }
        return end == 0 ? null : new Scope(credential.substring(0, end), parts[0], parts[1], parts[2], parts[3]);
    }

    /// Without the access key.
    String text() {
        return date + "/" + region + "/" + service + "/" + terminal;
    }
}

package io.flywheel.loadtest.s3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Who signs; never printed.
///
/// @param sessionToken of temporary credentials, or empty
public record Credentials(String accessKey, String secretKey, String sessionToken) {
    /// From `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` where they are set, else from the profile.
    ///
    /// @param profile a section of the credentials' file; where there is none, `AWS_PROFILE` or `default`
    /// @throws IllegalArgumentException when there are none; the message says where they were looked for
    public static Credentials find(Map<String, String> environment, Path home, Optional<String> profile) {
        String access = environment.getOrDefault("AWS_ACCESS_KEY_ID", "");
        String secret = environment.getOrDefault("AWS_SECRET_ACCESS_KEY", "");
        if (profile.isEmpty() && !access.isEmpty() && !secret.isEmpty()) {
            return new Credentials(access, secret, environment.getOrDefault("AWS_SESSION_TOKEN", ""));
        }
        String section = profile.orElseGet(() -> environment.getOrDefault("AWS_PROFILE", "default"));
        String named = environment.getOrDefault("AWS_SHARED_CREDENTIALS_FILE", "");
        Path file = named.isEmpty() ? home.resolve(".aws").resolve("credentials") : Path.of(named);
        Map<String, String> values = section(file, section);
        String key = values.getOrDefault("aws_access_key_id", "");
        String secretKey = values.getOrDefault("aws_secret_access_key", "");
        if (key.isEmpty() || secretKey.isEmpty()) {
            throw new IllegalArgumentException("no credentials: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                    + " are set nor has " + file + " a profile '" + section + "'");
        }
        return new Credentials(key, secretKey, values.getOrDefault("aws_session_token", ""));
    }

    private static Map<String, String> section(Path file, String wanted) {
        var values = new HashMap<String, String>();
        if (!Files.isReadable(file)) {
            return values;
        }
        try {
            boolean inside = false;
            for (String line : Files.readAllLines(file)) {
                String text = line.strip();
                int equals = text.indexOf('=');
                if (text.startsWith("[") && text.endsWith("]")) {
                    inside = text.substring(1, text.length() - 1).strip().equals(wanted);
                } else if (inside && equals > 0 && !text.startsWith("#")) {
                    values.put(
                            text.substring(0, equals).strip(),
                            text.substring(equals + 1).strip());
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
        }
        return values;
    }

    /// Without the secrets.
    @Override
    public String toString() {
        return "Credentials[" + accessKey + "]";
    }
}

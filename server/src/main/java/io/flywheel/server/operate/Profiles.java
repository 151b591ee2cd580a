package io.flywheel.server.operate;

import io.flywheel.server.RootCredentials;
import io.flywheel.server.StartRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The profiles that AWS's clients have in {@code ~/.aws/credentials} and {@code ~/.aws/config}, as far as they say who
/// one is and where the server is.
///
/// @see <a href="https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html">AWS: configuration
/// files</a>
final class Profiles {
    private final Map<String, String> environment;

    Profiles(Map<String, String> environment) {
        this.environment = environment;
    }

    /// The settings of a profile, those of the credentials file before those of the other; empty when neither has it.
    ///
    /// @throws StartRefused when a file cannot be read
    Map<String, String> settings(String profile) {
        var settings = new HashMap<String, String>();
        settings.putAll(
                section(file("AWS_CONFIG_FILE", "config"), profile.equals("default") ? profile : "profile " + profile));
        settings.putAll(section(file("AWS_SHARED_CREDENTIALS_FILE", "credentials"), profile));
        return settings;
    }

    /// The key pair of a profile that was asked for.
    ///
    /// @throws StartRefused when it has none
    RootCredentials credentials(String profile) {
        return pair(settings(profile))
                .orElseThrow(() -> StartRefused.configuration("the profile '" + profile
                        + "' has no aws_access_key_id and aws_secret_access_key in "
                        + file("AWS_SHARED_CREDENTIALS_FILE", "credentials")));
    }

    /// What the environment says, or else the profile that AWS_PROFILE names, or else the default one.
    Optional<RootCredentials> usual() {
        var own = RootCredentials.of(environment);
        if (own.isPresent()) {
            return own;
        }
        var ofEnvironment = new HashMap<String, String>();
        ofEnvironment.put("aws_access_key_id", environment.getOrDefault("AWS_ACCESS_KEY_ID", ""));
        ofEnvironment.put("aws_secret_access_key", environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ""));
        return pair(ofEnvironment).or(() -> pair(settings(environment.getOrDefault("AWS_PROFILE", "default"))));
    }

    private static Optional<RootCredentials> pair(Map<String, String> settings) {
        String accessKey = settings.getOrDefault("aws_access_key_id", "");
        String secretKey = settings.getOrDefault("aws_secret_access_key", "");
        if (accessKey.isEmpty() || secretKey.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new RootCredentials(accessKey, secretKey));
        } catch (IllegalArgumentException e) {
            throw StartRefused.configuration("the credentials of the profile are no valid ones: " + e.getMessage());
        }
    }

    private Path file(String variable, String name) {
        String given = environment.getOrDefault(variable, "");
        String home = environment.getOrDefault("HOME", System.getProperty("user.home", ""));
        return given.isEmpty() ? Path.of(home, ".aws", name) : Path.of(given);
    }

    private static Map<String, String> section(Path file, String section) {
        var settings = new HashMap<String, String>();
        boolean inside = false;
        try {
            for (String line : Files.readAllLines(file)) {
                String text = line.strip();
                if (text.startsWith("[") && text.endsWith("]")) {
                    inside = text.substring(1, text.length() - 1).strip().equals(section);
                } else if (inside && !text.startsWith("#") && text.indexOf('=') > 0) {
                    int equals = text.indexOf('=');
                    settings.put(
                            text.substring(0, equals).strip(),
                            text.substring(equals + 1).strip());
                }
            }
        } catch (NoSuchFileException e) {
            return settings;
        } catch (IOException e) {
            throw StartRefused.configuration(file + " cannot be read: " + e);
        }
        return settings;
    }
}

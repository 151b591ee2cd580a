package io.flywheel.server;

import io.flywheel.base.Random;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The key pair of the store's root account.
public record RootCredentials(String accessKey, String secretKey) {
    static final String ACCESS_KEY_VARIABLE = "FLYWHEEL_ROOT_ACCESS_KEY";
    static final String SECRET_KEY_VARIABLE = "FLYWHEEL_ROOT_SECRET_KEY";

    /// No slash, comma or equals sign: they separate the parts of a signature's credential.
    private static final Pattern ACCESS_KEY = Pattern.compile("[A-Za-z0-9_.+@-]{3,128}");

    private static final Pattern SECRET_KEY = Pattern.compile("[\\x21-\\x7e]{4,128}");
    private static final String ACCESS_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final String SECRET_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    public RootCredentials {
        if (!ACCESS_KEY.matcher(accessKey).matches()) {
            throw new IllegalArgumentException("the access key must be 3 to 128 letters, digits or any of _ . + @ -");
        }
        if (!SECRET_KEY.matcher(secretKey).matches()) {
            throw new IllegalArgumentException("the secret key must be 4 to 128 printable ASCII characters, no spaces");
        }
    }

    /// What the environment says, if it says both.
    ///
    /// @throws StartRefused when one is missing or either is malformed
    public static Optional<RootCredentials> of(Map<String, String> environment) {
        String accessKey = environment.getOrDefault(ACCESS_KEY_VARIABLE, "");
        String secretKey = environment.getOrDefault(SECRET_KEY_VARIABLE, "");
        if (accessKey.isEmpty() && secretKey.isEmpty()) {
            return Optional.empty();
        }
        if (accessKey.isEmpty() || secretKey.isEmpty()) {
            throw StartRefused.configuration(ACCESS_KEY_VARIABLE + " and " + SECRET_KEY_VARIABLE
                    + " go together: " + (accessKey.isEmpty() ? ACCESS_KEY_VARIABLE : SECRET_KEY_VARIABLE)
                    + " is not set");
        }
        try {
            return Optional.of(new RootCredentials(accessKey, secretKey));
        } catch (IllegalArgumentException e) {
            throw StartRefused.configuration(
                    ACCESS_KEY_VARIABLE + " and " + SECRET_KEY_VARIABLE + ": " + e.getMessage());
        }
    }

    static RootCredentials generate(Random random) {
        return new RootCredentials("FW" + letters(random, ACCESS_ALPHABET, 18), letters(random, SECRET_ALPHABET, 40));
    }

    private static String letters(Random random, String alphabet, int count) {
        var text = new StringBuilder(count);
        for (int at = 0; at < count; at++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    /// What was generated for the store on these disks, if it was.
    static Optional<RootCredentials> read(List<DiskDirectory> disks) {
        return disks.stream().flatMap(disk -> read(disk.path()).stream()).findFirst();
    }

    /// Keeps them on each of the disks that has them not.
    void write(List<DiskDirectory> disks) {
        for (var disk : disks) {
            disk.folder("namespace");
            if (!read(disk.path()).equals(Optional.of(this))) {
                write(disk.path());
            }
        }
    }

    /// What was generated for the store on this disk, if it was.
    public static Optional<RootCredentials> read(Path directory) {
        Path file = file(directory);
        try {
            var lines = new HashMap<String, String>();
            for (String line : Files.readAllLines(file)) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    lines.put(
                            line.substring(0, equals).strip(),
                            line.substring(equals + 1).strip());
                }
            }
            return Optional.of(
                    new RootCredentials(lines.getOrDefault("access_key", ""), lines.getOrDefault("secret_key", "")));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            throw StartRefused.failure(file + " is damaged: " + e.getMessage());
        } catch (IOException e) {
            throw StartRefused.failure(file + " cannot be read: " + e);
        }
    }

    /// Keeps them beside the namespace, with mode 0600 from the first byte on.
    void write(Path directory) {
        Path file = file(directory);
        try {
            SmallFile.write(file, "access_key = " + accessKey + "\nsecret_key = " + secretKey + "\n");
        } catch (IOException e) {
            throw StartRefused.failure(file + " cannot be written: " + e);
        }
    }

    private static Path file(Path directory) {
        return directory.resolve("namespace").resolve("credentials");
    }

    /// The two sections that make an AWS client use them, ready to paste.
    String profile(String endpoint, String region) {
        return """
            # ~/.aws/credentials
            [flywheel]
            aws_access_key_id = %s
            aws_secret_access_key = %s

            # ~/.aws/config
            [profile flywheel]
            region = %s
            endpoint_url = %s
            """.formatted(accessKey, secretKey, region, endpoint);
    }

    /// Without the secret: this ends in logs.
    @Override
    public String toString() {
        return "RootCredentials[" + accessKey + "]";
    }
}

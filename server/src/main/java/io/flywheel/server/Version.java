package io.flywheel.server;

import java.io.IOException;
import java.util.Properties;

/// The version of this build.
final class Version {
    private Version() {}

    static String text() {
        try (var resource = Version.class.getResourceAsStream("version.properties")) {
            if (resource == null) {
                return "unknown";
            }
            var properties = new Properties();
            properties.load(resource);
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}

package io.flywheel.frontend.http;

/// Names of header fields.
final class HeaderNames {
    private HeaderNames() {}

    /// {@code name} in lower case, itself if it is already.
    static String lowerCase(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return name.toLowerCase(java.util.Locale.ROOT);
            }
        }
        return name;
    }
}

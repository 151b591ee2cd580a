package io.flywheel.frontend.auth;

import org.jspecify.annotations.Nullable;

/// What a request says about its own signature, before anything of it is believed.
sealed interface Claim {
    /// @param dateTime in the basic form
    /// @param expiresSeconds of a presigned URL; -1 for a signature in the header
    record Signed(
            Scope scope, String dateTime, String signedHeaders, String signature, String payload, long expiresSeconds)
            implements Claim {
        boolean presigned() {
            return expiresSeconds >= 0;
        }
    }

    record Malformed(AuthError error) implements Claim {}

    static Malformed malformed(AuthError.Code code, String message, String... details) {
        return new Malformed(AuthError.of(code, message, details));
    }

    /// The value of the first parameter called {@code name} in a raw query, decoded as far as the values of signatures
    /// need it; null when there is none.
    static @Nullable String parameter(String query, String name) {
        for (int from = 0; from < query.length(); ) {
            int ampersand = query.indexOf('&', from);
            int to = ampersand < 0 ? query.length() : ampersand;
            int equals = from + name.length();
            if (equals < to && query.charAt(equals) == '=' && query.startsWith(name, from)) {
                return decoded(query.substring(equals + 1, to));
            }
            from = to + 1;
        }
        return null;
    }

    private static String decoded(String value) {
        if (value.indexOf('%') < 0) {
            return value;
        }
        var text = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '%') {
                c = (char) (Character.digit(value.charAt(i + 1), 16) << 4 | Character.digit(value.charAt(i + 2), 16));
                i += 2;
            }
            text.append(c);
        }
        return text.toString();
    }
}

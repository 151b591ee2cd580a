package io.flywheel.loadtest.result;

import java.util.Map;

/// Names that come from outside (kinds of errors, checks, parts) are counted one by one up to a number; the rest
/// together.
final class Bounded {
    static final int NAMES_MAX = 100;
    static final String OTHERS = "(others)";

    private static final int CHARACTERS_MAX = 200;

    private Bounded() {}

    /// As much of a text as is kept of it.
    static String cut(String text) {
        return cut(text, CHARACTERS_MAX);
    }

    /// At most so many characters, without half of a surrogate pair at the end.
    static String cut(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max);
    }

    /// The name under which {@code name} is counted in {@code counts}.
    static String name(Map<String, ?> counts, String name) {
        String fitting = cut(name);
        // Wrong content decides by itself, however many kinds came before it.
        boolean known = counts.containsKey(fitting) || fitting.equals(Verdict.WRONG_CONTENT);
        return known || counts.size() < NAMES_MAX ? fitting : OTHERS;
    }
}

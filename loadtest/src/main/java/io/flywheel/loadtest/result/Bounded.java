package io.flywheel.loadtest.result;

import java.util.Map;

/// Names that come from outside (kinds of errors, checks, parts) are counted one by one up to a number; the rest
/// together.
final class Bounded {
    static final int NAMES_MAX = 100;
    static final String OTHERS = "(others)";

    private static final int CHARACTERS_MAX = 200;

    private Bounded() {}

    /// The name under which {@code name} is counted in {@code counts}.
    static String name(Map<String, ?> counts, String name) {
        String fitting = name.length() <= CHARACTERS_MAX ? name : name.substring(0, CHARACTERS_MAX);
        return counts.containsKey(fitting) || counts.size() < NAMES_MAX ? fitting : OTHERS;
    }
}

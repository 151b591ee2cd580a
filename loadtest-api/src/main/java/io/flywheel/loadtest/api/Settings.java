package io.flywheel.loadtest.api;

import java.util.Map;
import java.util.Optional;

/// Named values from the run file. A value that is missing or malformed throws {@link IllegalArgumentException} with a
/// message that says which.
public record Settings(Map<String, String> values) {
    public Settings {
        values = Map.copyOf(values);
    }

    public Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /// The value of a setting that must be there.
    public String text(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("settings." + name + " is missing"));
    }

    public String text(String name, String otherwise) {
        return find(name).orElse(otherwise);
    }

    public long number(String name, long otherwise) {
        return find(name).map(text -> number(name, text)).orElse(otherwise);
    }

    public double decimal(String name, double otherwise) {
        return find(name).map(text -> decimal(name, text)).orElse(otherwise);
    }

    /// `true` or `false`.
    public boolean flag(String name, boolean otherwise) {
        return find(name).map(text -> flag(name, text)).orElse(otherwise);
    }

    private static long number(String name, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("settings." + name + ": '" + text + "' is not a whole number", e);
        }
    }

    private static double decimal(String name, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("settings." + name + ": '" + text + "' is not a number", e);
        }
    }

    private static boolean flag(String name, String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException("settings." + name + ": '" + text + "' is neither true nor false");
        };
    }
}

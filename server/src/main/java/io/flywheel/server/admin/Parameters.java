package io.flywheel.server.admin;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// The parameters of one request, from its query. A name that the request does not have, or one that is given twice, is
/// refused, so that a misspelt {@code dry-run} never changes anything.
final class Parameters {
    private final Map<String, String> values;

    private Parameters(Map<String, String> values) {
        this.values = values;
    }

    /// @param names those that may be given
    static Parameters of(String rawQuery, List<String> names) {
        var values = new LinkedHashMap<String, String>();
        for (String parameter : rawQuery.split("&", -1)) {
            if (parameter.isEmpty()) {
                continue;
            }
            int equals = parameter.indexOf('=');
            String name = decoded(equals < 0 ? parameter : parameter.substring(0, equals));
            String value = equals < 0 ? "" : decoded(parameter.substring(equals + 1));
            if (!names.contains(name)) {
                throw AdminRefusal.invalid("there is no parameter '" + name + "' here; there "
                        + (names.isEmpty() ? "are none" : "are " + String.join(", ", new TreeSet<>(names))));
            }
            if (values.put(name, value) != null) {
                throw AdminRefusal.invalid("the parameter '" + name + "' is given twice");
            }
        }
        return new Parameters(values);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw AdminRefusal.invalid("the query is not well encoded: " + e.getMessage());
        }
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    String required(String name) {
        return text(name)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> AdminRefusal.invalid("the parameter '" + name + "' is missing"));
    }

    /// Given as {@code name}, {@code name=true} or {@code name=false}.
    boolean flag(String name) {
        String value = values.getOrDefault(name, "false");
        return switch (value) {
            case "", "true" -> true;
            case "false" -> false;
            default -> throw AdminRefusal.invalid("the parameter '" + name + "' is true or false, not '" + value + "'");
        };
    }

    int number(String name, int standard, int min, int max) {
        String value = values.getOrDefault(name, Integer.toString(standard));
        int number = value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : -1;
        if (number < min || number > max) {
            throw AdminRefusal.invalid(
                    "the parameter '" + name + "' is a number from " + min + " to " + max + ", not '" + value + "'");
        }
        return number;
    }
}

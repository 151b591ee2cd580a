package io.flywheel.loadtest.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A row of a file of data, by the names of its columns. A column that is missing or malformed throws
/// {@link IllegalArgumentException} with a message that says which.
public record Row(Map<String, String> columns) {
    public Row {
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }

    public Optional<String> find(String column) {
        return Optional.ofNullable(columns.get(column));
    }

    public String text(String column) {
        return find(column)
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no column '" + column + "', there are " + String.join(", ", columns.keySet())));
    }

    public long number(String column) {
        String text = text(column);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("column '" + column + "': '" + text + "' is not a whole number", e);
        }
    }
}

package io.flywheel.server;

import io.flywheel.server.admin.Json;

/// One JSON object on one line, written field by field.
final class JsonLine {
    private final StringBuilder text;
    private boolean first = true;

    /// Appends to {@code text}.
    JsonLine(StringBuilder text) {
        this.text = text.append('{');
    }

    JsonLine field(String name, String value) {
        name(name);
        Json.quote(text, value);
        return this;
    }

    JsonLine field(String name, long value) {
        name(name);
        text.append(value);
        return this;
    }

    /// @param value finite
    JsonLine field(String name, double value) {
        name(name);
        text.append(value);
        return this;
    }

    /// The object and the line end here.
    void end() {
        text.append("}\n");
    }

    private void name(String name) {
        if (!first) {
            text.append(',');
        }
        first = false;
        text.append('"').append(name).append("\":");
    }
}

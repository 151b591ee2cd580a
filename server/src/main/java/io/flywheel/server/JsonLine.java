package io.flywheel.server;

/// One JSON object on one line, written field by field.
final class JsonLine {
    private static final String HEX = "0123456789abcdef";

    private final StringBuilder text;
    private boolean first = true;

    /// Appends to {@code text}.
    JsonLine(StringBuilder text) {
        this.text = text.append('{');
    }

    JsonLine field(String name, String value) {
        name(name);
        string(value);
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

    private void string(String value) {
        text.append('"');
        int plainFrom = 0;
        for (int at = 0; at < value.length(); at++) {
            char each = value.charAt(at);
            if (isPlain(each)) {
                continue;
            }
            text.append(value, plainFrom, at);
            plainFrom = at + 1;
            escape(each);
        }
        text.append(value, plainFrom, value.length()).append('"');
    }

    private static boolean isPlain(char each) {
        return each >= 0x20 && each != '"' && each != '\\' && each != 0x7f && each != 0x2028 && each != 0x2029;
    }

    private void escape(char each) {
        if (each == '"' || each == '\\') {
            text.append('\\').append(each);
        } else if (each == '\n') {
            text.append("\\n");
        } else if (each == '\t') {
            text.append("\\t");
        } else {
            text.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
                text.append(HEX.charAt((each >> shift) & 15));
            }
        }
    }
}

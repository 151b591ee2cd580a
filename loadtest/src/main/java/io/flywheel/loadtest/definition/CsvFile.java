package io.flywheel.loadtest.definition;

import io.flywheel.loadtest.api.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// Files of comma-separated values as RFC 4180 has them: the first line names the columns, quotes around what has
/// commas,
/// quotes (doubled) or line breaks.
public final class CsvFile {
    private CsvFile() {}

    /// @throws IOException when it cannot be read, or a line has another number of columns than the first; the message
    ///     says which
    public static List<Row> read(Path file) throws IOException {
        return parse(Files.readString(file, StandardCharsets.UTF_8), file.toString());
    }

    static List<Row> parse(String text, String name) throws IOException {
        var rows = new ArrayList<Row>();
        List<String> columns = List.of();
        int at = text.startsWith("\uFEFF") ? 1 : 0;
        int line = 1;
        while (at < text.length()) {
            int began = line;
            var fields = new ArrayList<String>();
            boolean more = true;
            while (more) {
                var field = new StringBuilder();
                if (at < text.length() && text.charAt(at) == '"') {
                    at++;
                    while (true) {
                        if (at >= text.length()) {
                            throw new IOException(name + ":" + began + ": a quote is not closed");
                        }
                        char character = text.charAt(at++);
                        if (character == '"' && at < text.length() && text.charAt(at) == '"') {
                            at++;
                        } else if (character == '"') {
                            break;
                        } else if (character == '\n') {
                            line++;
                        }
                        field.append(character);
                    }
                }
                while (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != '\n') {
                    field.append(text.charAt(at++));
                }
                more = at < text.length() && text.charAt(at) == ',';
                at++;
                if (!more && !field.isEmpty() && field.charAt(field.length() - 1) == '\r') {
                    field.setLength(field.length() - 1);
                }
                fields.add(field.toString());
            }
            line++;
            if (columns.isEmpty()) {
                columns = List.copyOf(fields);
            } else if (fields.size() > 1 || !fields.getFirst().isEmpty() || columns.size() == 1) {
                rows.add(row(columns, fields, name + ":" + began));
            }
        }
        return rows;
    }

    private static Row row(List<String> columns, List<String> fields, String where) throws IOException {
        if (fields.size() != columns.size()) {
            throw new IOException(where + ": " + fields.size() + " columns, the first line has " + columns.size());
        }
        var values = new LinkedHashMap<String, String>();
        for (int i = 0; i < columns.size(); i++) {
            values.put(columns.get(i), fields.get(i));
        }
        return new Row(values);
    }
}

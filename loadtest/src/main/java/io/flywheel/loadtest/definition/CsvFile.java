package io.flywheel.loadtest.definition;

import io.flywheel.loadtest.api.Row;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// Files of comma-separated values as RFC 4180 has them: the first line names the columns, quotes around what has
/// commas, quotes (doubled) or line breaks.
public final class CsvFile {
    /// Gets what a file has.
    @FunctionalInterface
    public interface Lines {
        /// @param fields the first are the names of the columns; the others are as many
        /// @param line where it begins, from 1
        void line(List<String> fields, int line) throws IOException;
    }

    private CsvFile() {}

    /// @throws IOException when it cannot be read, or a line has another number of columns than the first; the message
    ///     says which
    public static List<Row> read(Path file) throws IOException {
        try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return rows(reader, file.toString());
        }
    }

    /// Goes through a file that may be larger than memory.
    ///
    /// @throws IOException as {@link #read(Path)}
    public static void read(Path file, Lines lines) throws IOException {
        try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            read(reader, file.toString(), lines);
        }
    }

    static List<Row> parse(String text, String name) throws IOException {
        return rows(new StringReader(text), name);
    }

    private static List<Row> rows(Reader reader, String name) throws IOException {
        var rows = new ArrayList<Row>();
        var columns = new ArrayList<String>();
        read(reader, name, (fields, _) -> {
            if (columns.isEmpty()) {
                columns.addAll(fields);
                return;
            }
            var values = new LinkedHashMap<String, String>();
            for (int i = 0; i < fields.size(); i++) {
                values.put(columns.get(i), fields.get(i));
            }
            rows.add(new Row(values));
        });
        return rows;
    }

    private static void read(Reader reader, String name, Lines lines) throws IOException {
        var parser = new Parser(reader, name);
        int columns = 0;
        while (parser.hasMore()) {
            int began = parser.line;
            var fields = parser.fields();
            boolean empty = fields.size() == 1 && fields.getFirst().isEmpty();
            if (columns == 0) {
                columns = fields.size();
            } else if (empty && columns > 1) {
                continue;
            } else if (fields.size() != columns) {
                throw new IOException(
                        name + ":" + began + ": " + fields.size() + " columns, the first line has " + columns);
            }
            lines.line(fields, began);
        }
    }

    private static final class Parser {
        private static final int END = -1;
        private static final int MARK = '\uFEFF';

        private final Reader reader;
        private final String name;
        private int next;
        private int line = 1;

        Parser(Reader reader, String name) throws IOException {
            this.reader = reader;
            this.name = name;
            this.next = reader.read();
            if (next == MARK) {
                next = reader.read();
            }
        }

        boolean hasMore() {
            return next != END;
        }

        List<String> fields() throws IOException {
            var fields = new ArrayList<String>();
            boolean more = true;
            while (more) {
                var field = new StringBuilder();
                if (next == '"') {
                    quoted(field);
                }
                while (next != END && next != ',' && next != '\n') {
                    keep(field);
                }
                more = next == ',';
                if (next != END) {
                    next = reader.read();
                }
                if (!more && !field.isEmpty() && field.charAt(field.length() - 1) == '\r') {
                    field.setLength(field.length() - 1);
                }
                fields.add(field.toString());
            }
            line++;
            return fields;
        }

        private void quoted(StringBuilder field) throws IOException {
            int began = line;
            next = reader.read();
            while (true) {
                if (next == END) {
                    throw new IOException(name + ":" + began + ": a quote is not closed");
                }
                if (next == '"') {
                    next = reader.read();
                    if (next != '"') {
                        return;
                    }
                } else if (next == '\n') {
                    line++;
                }
                keep(field);
            }
        }

        private void keep(StringBuilder field) throws IOException {
            field.append((char) next);
            next = reader.read();
        }
    }
}

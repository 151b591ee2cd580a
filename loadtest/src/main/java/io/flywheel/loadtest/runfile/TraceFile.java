package io.flywheel.loadtest.runfile;

import io.flywheel.loadtest.api.Row;
import io.flywheel.loadtest.definition.CsvFile;
import io.flywheel.loadtest.schedule.Trace;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Recorded arrivals as CSV: the column `at` has seconds since the beginning of the recording (`0.250731`), ascending;
/// the column `transaction`, if there is one, what it was.
final class TraceFile {
    private TraceFile() {}

    /// @throws IOException when it cannot be read
    /// @throws IllegalArgumentException when it is not a trace
    static Trace read(Path file) throws IOException {
        List<Row> rows = CsvFile.read(file);
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(file + " has no arrivals");
        }
        var offsets = new long[rows.size()];
        var transactions = new int[rows.size()];
        var names = new ArrayList<String>();
        for (int i = 0; i < offsets.length; i++) {
            Row row = rows.get(i);
            offsets[i] = nanos(row.text("at"), file, i);
            if (i > 0 && offsets[i] < offsets[i - 1]) {
                throw new IllegalArgumentException(file + ":" + (i + 2) + ": the arrivals are not in order");
            }
            String name = row.find("transaction").orElse("");
            if (!name.isEmpty() && !names.contains(name)) {
                names.add(name);
            }
            transactions[i] = names.indexOf(name);
        }
        long last = offsets[offsets.length - 1];
        // The recording went on for as long as arrivals were apart.
        return new Trace(offsets, transactions, names, Math.max(1, last + last / offsets.length));
    }

    private static long nanos(String text, Path file, int row) {
        try {
            return new BigDecimal(text.strip()).movePointRight(9).longValue();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(file + ":" + (row + 2) + ": '" + text + "' is not seconds", e);
        }
    }
}

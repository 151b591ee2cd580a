package io.flywheel.loadtest.runfile;

import io.flywheel.loadtest.definition.CsvFile;
import io.flywheel.loadtest.schedule.Trace;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Recorded arrivals as CSV: the column `at` has seconds since the beginning of the recording (`0.250731`), ascending;
/// the column `transaction`, if there is one, what it was. A file is read once from its beginning to its end; of each
/// arrival its two numbers are kept.
final class TraceFile implements CsvFile.Lines {
    private static final int NANO_DIGITS = 9;
    /// More than the longest run has seconds.
    private static final BigDecimal SECONDS_MAX = BigDecimal.valueOf(100_000_000);

    private final Path file;
    private int at = -1;
    private int transaction = -1;
    private boolean headed;
    private long[] offsets = new long[1_024];
    private int[] transactions = new int[1_024];
    private int arrivals;
    private final List<String> names = new ArrayList<>();
    private final List<String> places = new ArrayList<>();
    private final Map<String, Integer> indices = new HashMap<>();

    private TraceFile(Path file) {
        this.file = file;
    }

    /// @throws IOException when it cannot be read
    /// @throws IllegalArgumentException when it is not a trace
    static Trace read(Path file) throws IOException {
        var trace = new TraceFile(file);
        CsvFile.read(file, trace);
        return trace.made();
    }

    @Override
    public void line(List<String> fields, int line) {
        if (!headed) {
            headed = true;
            at = fields.indexOf("at");
            transaction = fields.indexOf("transaction");
            if (at < 0) {
                throw wrong(line, "there is no column 'at', there are " + String.join(", ", fields));
            }
            return;
        }
        if (arrivals == Trace.ARRIVALS_MAX) {
            throw wrong(line, "a trace has at most " + Trace.ARRIVALS_MAX + " arrivals");
        }
        if (arrivals == offsets.length) {
            int more = (int) Math.min(Trace.ARRIVALS_MAX, arrivals * 2L);
            offsets = Arrays.copyOf(offsets, more);
            transactions = Arrays.copyOf(transactions, more);
        }
        offsets[arrivals] = nanos(fields.get(at), line);
        if (arrivals > 0 && offsets[arrivals] < offsets[arrivals - 1]) {
            throw wrong(line, "the arrivals are not in order");
        }
        transactions[arrivals] = transaction < 0 ? -1 : index(fields.get(transaction), line);
        arrivals++;
    }

    private int index(String name, int line) {
        if (name.isEmpty()) {
            return -1;
        }
        return indices.computeIfAbsent(name, _ -> {
            names.add(name);
            places.add(file + ":" + line);
            return names.size() - 1;
        });
    }

    private Trace made() {
        if (arrivals == 0) {
            throw new IllegalArgumentException(file + " has no arrivals");
        }
        long last = offsets[arrivals - 1];
        // The recording went on for as long as arrivals were apart.
        return new Trace(
                Arrays.copyOf(offsets, arrivals),
                names.isEmpty() ? new int[0] : Arrays.copyOf(transactions, arrivals),
                names,
                places,
                Math.max(1, last + last / arrivals));
    }

    private long nanos(String text, int line) {
        try {
            var seconds = new BigDecimal(text.strip());
            if (seconds.signum() < 0 || seconds.compareTo(SECONDS_MAX) > 0) {
                throw wrong(line, "'" + text + "' is no time of a run");
            }
            return seconds.movePointRight(NANO_DIGITS).longValue();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(file + ":" + line + ": '" + text + "' is not seconds", e);
        }
    }

    private IllegalArgumentException wrong(int line, String what) {
        return new IllegalArgumentException(file + ":" + line + ": " + what);
    }
}

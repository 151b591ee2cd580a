package io.flywheel.loadtest.schedule;

import static io.flywheel.base.Check.check;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Recorded arrivals: when each came after the first moment of the recording, and of which transaction it was, if the
/// recording says so. The blend chooses where it does not.
public final class Trace {
    /// How many arrivals a trace may have: 1.6 GB of memory.
    public static final int ARRIVALS_MAX = 100_000_000;

    private final long[] offsetsNanos;
    /// Indices into the names; empty where no arrival has one.
    private final int[] transactions;
    /// How many arrivals of the same transaction came before each.
    private final int[] occurrences;
    private final List<String> names;
    private final List<String> places;
    private final long lengthNanos;

    /// @param offsetsNanos ascending, from 0
    /// @param transactions for each arrival an index into {@code names}, or -1; or empty
    /// @param lengthNanos how long the recording is: not before the last arrival
    public Trace(long[] offsetsNanos, int[] transactions, List<String> names, long lengthNanos) {
        this(offsetsNanos, transactions, names, names, lengthNanos);
    }

    /// @param places where each name is said first, for what is wrong with it
    public Trace(long[] offsetsNanos, int[] transactions, List<String> names, List<String> places, long lengthNanos) {
        check(places.size() == names.size(), "a place for each name");
        check(offsetsNanos.length >= 1 && offsetsNanos.length <= ARRIVALS_MAX, "a trace has 1 to 100,000,000 arrivals");
        check(transactions.length == 0 || transactions.length == offsetsNanos.length, "a transaction for each arrival");
        check(offsetsNanos[0] >= 0, "a trace begins at 0 or later");
        for (int i = 1; i < offsetsNanos.length; i++) {
            check(offsetsNanos[i] >= offsetsNanos[i - 1], "the arrivals of a trace are in order");
        }
        for (int transaction : transactions) {
            check(transaction >= -1 && transaction < names.size(), "a transaction of a trace has a name");
        }
        check(
                lengthNanos > 0 && lengthNanos >= offsetsNanos[offsetsNanos.length - 1],
                "a trace ends with its arrivals");
        this.offsetsNanos = offsetsNanos.clone();
        this.transactions = transactions.clone();
        this.occurrences = occurrences(transactions, names.size());
        this.names = List.copyOf(names);
        this.places = List.copyOf(places);
        this.lengthNanos = lengthNanos;
    }

    private static int[] occurrences(int[] transactions, int names) {
        var occurrences = new int[transactions.length];
        var before = new int[names];
        for (int i = 0; i < transactions.length; i++) {
            occurrences[i] = transactions[i] < 0 ? 0 : before[transactions[i]]++;
        }
        return occurrences;
    }

    /// How many arrivals of the same transaction came before one whose transaction the recording says.
    int occurrence(int arrival) {
        return occurrences.length == 0 ? 0 : occurrences[arrival];
    }

    /// The same arrivals {@code speed} times as fast.
    public Trace faster(double speed) {
        check(speed > 0 && Double.isFinite(speed), "a speed above 0");
        long[] offsets = Arrays.stream(offsetsNanos)
                .map(nanos -> Math.round(nanos / speed))
                .toArray();
        long length = Math.max(Math.round(lengthNanos / speed), Math.max(1, offsets[offsets.length - 1]));
        return new Trace(offsets, transactions, names, places, length);
    }

    public int arrivals() {
        return offsetsNanos.length;
    }

    public long offsetNanos(int arrival) {
        return offsetsNanos[arrival];
    }

    /// What the recording says the arrival was.
    public Optional<String> transaction(int arrival) {
        return transactions.length == 0 || transactions[arrival] < 0
                ? Optional.empty()
                : Optional.of(names.get(transactions[arrival]));
    }

    /// The names of transactions that it mentions.
    public List<String> names() {
        return names;
    }

    /// Where each of the names is said first.
    public List<String> places() {
        return places;
    }

    public long lengthNanos() {
        return lengthNanos;
    }

    /// How many arrivals came before a moment.
    int arrivalsBefore(long nanos) {
        int low = 0;
        int high = offsetsNanos.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (offsetsNanos[middle] < nanos) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}

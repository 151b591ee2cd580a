package io.flywheel.namespace.log;

import io.flywheel.namespace.log.Frames.Unusable;
import io.flywheel.namespace.record.MalformedRecord;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/// Reads the log of one disk from any position on, also while it is appended to.
final class LogReader {
    /// Takes the entries in order.
    interface Sink {
        /// @return whether to go on
        /// @throws MalformedRecord when the entry makes no sense: nothing more is read
        boolean take(Entry entry) throws MalformedRecord;
    }

    /// What reading came to.
    sealed interface Read {
        /// Everything up to the end, or to where the sink had enough.
        record Done() implements Read {}

        /// The log begins later.
        record Released(long first) implements Read {}

        record Damaged(String why) implements Read {}
    }

    private LogReader() {}

    /// Reads the entry that holds {@code from} and those after it which were persistent when this was called.
    static Read read(CommandLog log, long from, Sink sink) {
        long end = log.nextPosition();
        NavigableMap<Long, Integer> used = log.used();
        Map.Entry<Long, Integer> start = used.floorEntry(from);
        if (start == null) {
            return used.isEmpty() || from >= end ? new Read.Done() : new Read.Released(used.firstKey());
        }
        try {
            return walk(log, used, start, from, end, sink);
        } catch (Unusable e) {
            return new Read.Damaged(e.why());
        } catch (MalformedRecord e) {
            return new Read.Damaged(String.valueOf(e.getMessage()));
        }
    }

    private static Read walk(
            CommandLog log,
            NavigableMap<Long, Integer> used,
            Map.Entry<Long, Integer> start,
            long from,
            long end,
            Sink sink)
            throws Unusable, MalformedRecord {
        Frames frames = new Frames(log.disk());
        int extent = start.getValue();
        long offset = 0;
        long next = start.getKey();
        long linked = -1;
        while (next < end) {
            Integer following = used.get(next);
            if (following != null) {
                extent = following;
                offset = 0;
            }
            if (!frames.intact(extent, offset, log.identity(), next)) {
                return new Read.Damaged(
                        "the frame at position " + next + " is damaged (extent " + extent + ", byte " + offset + ")");
            }
            Frame frame = frames.header(extent, offset);
            if (linked >= 0 && Integer.toUnsignedLong(frame.chain()) != linked) {
                return new Read.Damaged("the frame at position " + next + " does not follow the one before it");
            }
            if (frame.end() > from && !sink.take(frames.entry(extent, offset))) {
                break;
            }
            linked = Integer.toUnsignedLong(frame.link());
            next = frame.end();
            offset = frames.after(offset, frame);
        }
        return new Read.Done();
    }

    /// Up to where two logs are the same.
    sealed interface Common {
        record UpTo(Boundary boundary) implements Common {}

        /// They have nothing in common that both still hold, or the first one's own is damaged.
        record Nothing() implements Common {}

        /// The second cannot be read.
        record Unreadable(String why) implements Common {}
    }

    /// Up to where {@code log} is the same as {@code truth}, as far as {@code atMost}.
    static Common common(CommandLog log, CommandLog truth, long atMost) {
        NavigableMap<Long, Integer> held = truth.used();
        if (held.isEmpty()) {
            return new Common.Unreadable("nothing is there");
        }
        for (long first : log.used().descendingKeySet()) {
            TreeMap<Long, Integer> mine = new TreeMap<>();
            Long following = log.used().higherKey(first);
            Read read = boundaries(log, first, following == null ? Long.MAX_VALUE : following, mine);
            if (!(read instanceof Read.Done) || mine.isEmpty() || mine.lastKey() < held.firstKey()) {
                return new Common.Nothing();
            }
            TreeMap<Long, Integer> theirs = new TreeMap<>();
            read = boundaries(truth, Math.max(first - 1, held.firstKey()), mine.lastKey(), theirs);
            if (!(read instanceof Read.Done)) {
                return new Common.Unreadable(read.toString());
            }
            for (Map.Entry<Long, Integer> boundary : theirs.descendingMap().entrySet()) {
                if (boundary.getKey() <= atMost && boundary.getValue().equals(mine.get(boundary.getKey()))) {
                    return new Common.UpTo(new Boundary(boundary.getKey(), boundary.getValue()));
                }
            }
        }
        return new Common.Nothing();
    }

    /// The last boundary that is one of {@code theirs} too, as far as {@code atMost}.
    static Optional<Boundary> common(CommandLog log, NavigableMap<Long, Integer> theirs, long atMost) {
        TreeMap<Long, Integer> mine = new TreeMap<>();
        if (log.used().isEmpty()
                || !(boundaries(log, log.used().lastKey(), Long.MAX_VALUE, mine) instanceof Read.Done)) {
            return Optional.empty();
        }
        return theirs.descendingMap().entrySet().stream()
                .filter(boundary ->
                        boundary.getKey() <= atMost && boundary.getValue().equals(mine.get(boundary.getKey())))
                .map(boundary -> new Boundary(boundary.getKey(), boundary.getValue()))
                .findFirst();
    }

    /// The links at the boundaries from the entry that holds {@code from} up to {@code to}.
    private static Read boundaries(CommandLog log, long from, long to, NavigableMap<Long, Integer> links) {
        return read(log, from, entry -> {
            links.putIfAbsent(entry.first(), entry.chain());
            links.put(entry.end(), entry.link());
            return entry.end() < to;
        });
    }
}

package io.flywheel.shardstore;

import io.flywheel.base.Disk.Geometry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/// What is known of every extent. Changed under the log's mutex; incarnations, pins and what is readable are also
/// used without it.
final class ExtentTable {
    enum State {
        /// Holds nothing; may be opened once it is prepared.
        FREE,
        /// The log's end is here.
        OPEN,
        /// The log has gone on elsewhere.
        CLOSED
    }

    /// An extent is read in at most so many parts at once.
    static final int PARTS_MAX = 4;

    private static final int PART_BYTES_MIN = 64 << 10;

    /// @param liveBytes what was live in the extent when it began
    private record Quarantine(String reason, long liveBytes) {}

    private final Geometry geometry;
    private final State[] states;
    private final boolean[] prepared;
    private final Map<Integer, Quarantine> quarantines = new TreeMap<>();
    private final AtomicLongArray incarnations;
    private final long[] written;
    private final long[] live;
    /// Bytes of {@link #live} that the values of the index take.
    private final long[] values;
    /// Bytes of {@link #live} that the tables of the index and the current checkpoint take.
    private final long[] pages;
    private final int[] unsealed;
    /// Where a group commit began behind each part of an extent but the last, in sectors; 0 where that is not known.
    private final int[][] partStarts;
    private final AtomicIntegerArray pins;
    private final AtomicLongArray readable;
    private boolean keepsAll;
    private int freePrepared;
    private int freeUnprepared;
    private long liveSum;
    private long pagesSum;
    private long closedWritten;
    private long closedLive;

    ExtentTable(Geometry geometry) {
        this.geometry = geometry;
        int count = geometry.extents();
        states = new State[count];
        java.util.Arrays.fill(states, State.FREE);
        prepared = new boolean[count];
        incarnations = new AtomicLongArray(count);
        written = new long[count];
        live = new long[count];
        values = new long[count];
        pages = new long[count];
        unsealed = new int[count];
        partStarts = new int[Math.clamp(geometry.extentBytes() / PART_BYTES_MIN, 1, PARTS_MAX) - 1][count];
        pins = new AtomicIntegerArray(count);
        readable = new AtomicLongArray(count);
        states[0] = State.CLOSED;
        states[1] = State.CLOSED;
        freeUnprepared = count - Superblocks.COPIES;
    }

    int count() {
        return states.length;
    }

    State state(int extent) {
        return states[extent];
    }

    long incarnation(int extent) {
        return incarnations.get(extent);
    }

    long written(int extent) {
        return written[extent];
    }

    long live(int extent) {
        return live[extent];
    }

    /// Bytes of values that are in the index.
    long values(int extent) {
        return values[extent];
    }

    long pages(int extent) {
        return pages[extent];
    }

    int unsealed(int extent) {
        return unsealed[extent];
    }

    boolean isQuarantined(int extent) {
        var quarantine = quarantines.get(extent);
        return quarantine != null && live[extent] > quarantine.liveBytes() / 2;
    }

    /// Keeps reclamation away, since something in the extent could not be read: until half of what is live now is
    /// gone. Then what could not be read may be gone too.
    void quarantine(int extent, String reason) {
        quarantines.put(extent, new Quarantine(reason, live[extent]));
    }

    /// The extents that reclamation is kept away from, and why.
    SortedMap<Integer, String> quarantined() {
        var reasons = new TreeMap<Integer, String>();
        quarantines.forEach((extent, quarantine) -> {
            if (isQuarantined(extent)) {
                reasons.put(extent, quarantine.reason());
            }
        });
        return reasons;
    }

    /// Keeps reclamation away from every extent: what is live is not known.
    void keepAll() {
        keepsAll = true;
    }

    boolean keepsAll() {
        return keepsAll;
    }

    int freePrepared() {
        return freePrepared;
    }

    int freeUnprepared() {
        return freeUnprepared;
    }

    boolean isPrepared(int extent) {
        return prepared[extent];
    }

    void setPrepared(int extent) {
        if (!prepared[extent]) {
            prepared[extent] = true;
            if (states[extent] == State.FREE) {
                freeUnprepared--;
                freePrepared++;
            }
        }
    }

    /// The next free extent that is not prepared, or -1.
    int nextUnprepared() {
        for (int extent = Superblocks.COPIES; extent < states.length; extent++) {
            if (states[extent] == State.FREE && !prepared[extent]) {
                return extent;
            }
        }
        return -1;
    }

    /// A free prepared extent, the one that was reset longest ago first; -1 when there is none.
    int nextFree() {
        int best = -1;
        for (int extent = Superblocks.COPIES; extent < states.length; extent++) {
            if (states[extent] == State.FREE
                    && prepared[extent]
                    && (best < 0 || Long.compareUnsigned(incarnations.get(extent), incarnations.get(best)) < 0)) {
                best = extent;
            }
        }
        return best;
    }

    void open(int extent, long incarnation) {
        if (states[extent] == State.FREE) {
            if (prepared[extent]) {
                freePrepared--;
            } else {
                freeUnprepared--;
            }
        } else if (states[extent] == State.CLOSED) {
            closedWritten -= written[extent];
            closedLive -= live[extent];
        }
        states[extent] = State.OPEN;
        incarnations.set(extent, incarnation);
        written[extent] = 0;
        readable.set(extent, 0);
        for (var starts : partStarts) {
            starts[extent] = 0;
        }
    }

    /// A group commit begins, so that a frame and a sector do.
    void beginCommit(int extent, long offsetBytes) {
        int part = (int) (offsetBytes * (partStarts.length + 1) / geometry.extentBytes());
        if (part > 0 && partStarts[part - 1][extent] == 0) {
            partStarts[part - 1][extent] = (int) (offsetBytes / geometry.sectorBytes());
        }
    }

    /// Where the parts end in which a closed extent may be read at once; each begins with a frame.
    List<Long> partEnds(int extent) {
        var ends = new ArrayList<Long>();
        for (var starts : partStarts) {
            if (starts[extent] > 0) {
                ends.add((long) starts[extent] * geometry.sectorBytes());
            }
        }
        ends.add(geometry.extentBytes());
        return ends;
    }

    void setWritten(int extent, long bytes) {
        written[extent] = bytes;
    }

    /// What remains of the extent is garbage from now on.
    void close(int extent) {
        if (states[extent] == State.OPEN) {
            states[extent] = State.CLOSED;
            written[extent] = geometry.extentBytes();
            closedWritten += written[extent];
            closedLive += live[extent];
        }
    }

    void free(int extent) {
        closedWritten -= written[extent];
        closedLive -= live[extent];
        states[extent] = State.FREE;
        written[extent] = 0;
        quarantines.remove(extent);
        readable.set(extent, 0);
        if (prepared[extent]) {
            freePrepared++;
        } else {
            freeUnprepared++;
        }
    }

    void addLive(int extent, long bytes) {
        live[extent] += bytes;
        liveSum += bytes;
        if (states[extent] == State.CLOSED) {
            closedLive += bytes;
        }
    }

    void addPages(int extent, long bytes) {
        addLive(extent, bytes);
        pages[extent] += bytes;
        pagesSum += bytes;
    }

    void addUnsealed(int extent, int frames) {
        unsealed[extent] += frames;
    }

    /// Counts an entry's frames as live, or no longer.
    void addEntry(Entry entry, int sign) {
        addValues(entry.at().extent(), (long) sign * entry.at().frameBytes());
        for (var share : entry.shares()) {
            addValues(share.extent(), (long) sign * share.bytes());
        }
    }

    void addValues(int extent, long bytes) {
        addLive(extent, bytes);
        values[extent] += bytes;
    }

    /// Bytes of live values and their frames.
    long usedBytes() {
        return liveSum - pagesSum;
    }

    long garbageBytes() {
        return closedWritten - closedLive;
    }

    long readable(int extent) {
        return readable.get(extent);
    }

    void setReadable(int extent, long bytes) {
        readable.set(extent, bytes);
    }

    /// Holds off the reset of every extent of the entry.
    void pin(Entry entry, int by) {
        pins.addAndGet(entry.at().extent(), by);
        for (var share : entry.shares()) {
            pins.addAndGet(share.extent(), by);
        }
    }

    boolean isPinned(int extent) {
        return pins.get(extent) != 0;
    }
}

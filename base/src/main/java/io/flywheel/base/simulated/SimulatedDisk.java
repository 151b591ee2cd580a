package io.flywheel.base.simulated;

import static io.flywheel.base.Check.check;
import static io.flywheel.base.Check.checkState;

import io.flywheel.base.Disk;
import io.flywheel.base.Random;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A disk in memory that knows, sector by sector, what was flushed. A crash loses any part of the rest and yields
/// the disk that the next start finds; the old object then fails every call, as a machine without power does.
/// Faults are injected by {@link #faults}. Writing a flushed sector again before a reset is a bug of the caller and
/// throws.
public final class SimulatedDisk implements Disk {
    private final Geometry geometry;
    private final Runnable pause;
    private final Faults faults = new Faults();
    private final ReentrantLock lock = new ReentrantLock();
    private final @Nullable Extent[] extents;
    private boolean off;
    private boolean flushFailed;
    private long calls;

    private static final class Extent {
        /// What a read sees: written, flushed or not.
        final byte[] bytes;
        /// The sectors that were flushed since the last reset.
        final BitSet flushed = new BitSet();
        /// What is persistent below each sector that was written since and not flushed.
        final TreeMap<Integer, byte[]> below = new TreeMap<>();

        Extent(int length) {
            bytes = new byte[length];
        }
    }

    public SimulatedDisk(Geometry geometry) {
        this(geometry, () -> {});
    }

    /// @param pause called at the start and the end of every call, so that a simulation may run another task there
    public SimulatedDisk(Geometry geometry, Runnable pause) {
        check(geometry.extentBytes() <= 1 << 28, "a simulated extent is small");
        this.geometry = geometry;
        this.pause = pause;
        this.extents = new Extent[geometry.extents()];
    }

    /// The faults that the next calls meet.
    public Faults faults() {
        return faults;
    }

    /// How many calls that change the disk were made: the points at which {@link Faults#crashAfter} may stop it.
    public long calls() {
        return calls;
    }

    /// Turns the power off: every sector that was written and not flushed survives or not, as {@code random} says.
    /// Returns the disk that the next start finds, without faults; this one fails from now on.
    public SimulatedDisk crash(Random random) {
        return crash(random, pause);
    }

    /// The same, for a next start with another {@code pause}.
    public SimulatedDisk crash(Random random, Runnable nextPause) {
        // Whole crashes are of a kind: sometimes nothing more arrives, sometimes almost everything does.
        int keepOutOfEight = random.nextInt(9);
        return restart(nextPause, extent -> random.nextInt(8) < keepOutOfEight);
    }

    /// Turns the power off, losing everything that was not flushed.
    public SimulatedDisk crashDroppingUnflushed() {
        return restart(pause, extent -> false);
    }

    /// The same disk, powered off in an orderly way after everything arrived.
    public SimulatedDisk restart() {
        return restart(pause, extent -> true);
    }

    private SimulatedDisk restart(Runnable nextPause, java.util.function.IntPredicate keepsSector) {
        lock.lock();
        try {
            checkState(!off || faults.stopped, "crashed twice");
            off = true;
            var next = new SimulatedDisk(geometry, nextPause);
            for (int index = 0; index < extents.length; index++) {
                var extent = extents[index];
                if (extent == null) {
                    continue;
                }
                var survivor = new Extent(extent.bytes.length);
                System.arraycopy(extent.bytes, 0, survivor.bytes, 0, extent.bytes.length);
                extent.below.forEach((sector, old) -> {
                    if (!keepsSector.test(sector)) {
                        System.arraycopy(old, 0, survivor.bytes, sector * geometry.sectorBytes(), old.length);
                    }
                });
                survivor.flushed.or(extent.flushed);
                next.extents[index] = survivor;
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Geometry geometry() {
        return geometry;
    }

    @Override
    public Io prepare(int index) {
        return change(() -> {
            if (extents[index] != null) {
                return new Io.Done();
            }
            if (faults.budgetBytes < geometry.extentBytes()) {
                return new Io.NoSpace();
            }
            faults.budgetBytes -= geometry.extentBytes();
            extents[index] = new Extent((int) geometry.extentBytes());
            return new Io.Done();
        });
    }

    @Override
    public boolean prepared(int index) {
        lock.lock();
        try {
            return extents[index] != null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Io write(int index, long offsetBytes, ByteBuffer source) {
        int sector = geometry.sectorBytes();
        check(offsetBytes >= 0 && offsetBytes % sector == 0, "offset is aligned to the sector");
        check(source.remaining() % sector == 0, "length is a multiple of the sector");
        check(offsetBytes + source.remaining() <= geometry.extentBytes(), "write stays in the extent");
        return change(() -> {
            var extent = existing(index);
            if (faults.failNextWrite) {
                faults.failNextWrite = false;
                source.limit(source.position() + source.remaining() / 2 / sector * sector);
                store(extent, (int) offsetBytes, source);
                return new Io.Failed(new IOException("injected write error"));
            }
            int at = (int) offsetBytes;
            if (faults.misdirectNextWrite) {
                faults.misdirectNextWrite = false;
                at = at + source.remaining() < extent.bytes.length ? at + sector : at;
            }
            store(extent, at, source);
            return new Io.Done();
        });
    }

    private void store(Extent extent, int offsetBytes, ByteBuffer source) {
        int sectorBytes = geometry.sectorBytes();
        for (int at = offsetBytes; source.hasRemaining(); at += sectorBytes) {
            int sector = at / sectorBytes;
            checkState(!extent.flushed.get(sector), "a flushed sector is not written again before a reset");
            extent.below.putIfAbsent(sector, Arrays.copyOfRange(extent.bytes, at, at + sectorBytes));
            source.get(extent.bytes, at, sectorBytes);
        }
    }

    @Override
    public Io read(int index, long offsetBytes, ByteBuffer destination) {
        check(
                offsetBytes >= 0 && offsetBytes + destination.remaining() <= geometry.extentBytes(),
                "read stays in the extent");
        pause.run();
        lock.lock();
        try {
            if (off) {
                return powerOff();
            }
            if (faults.failReadsOfExtent == index || faults.failNextReads > 0) {
                faults.failNextReads--;
                return new Io.Failed(new IOException("injected read error"));
            }
            var extent = existing(index);
            destination.put(extent.bytes, (int) offsetBytes, destination.remaining());
            return new Io.Done();
        } finally {
            lock.unlock();
            pause.run();
        }
    }

    @Override
    public Io flush() {
        return change(() -> {
            if (faults.failNextFlush || flushFailed) {
                faults.failNextFlush = false;
                flushFailed = true;
                return new Io.Failed(new IOException("injected flush error"));
            }
            if (!faults.ignoreFlush) {
                for (var extent : extents) {
                    if (extent != null) {
                        extent.below.keySet().forEach(extent.flushed::set);
                        extent.below.clear();
                    }
                }
            }
            return new Io.Done();
        });
    }

    @Override
    public Io reset(int index) {
        return change(() -> {
            var extent = extents[index];
            if (extent != null) {
                extent.flushed.clear();
            }
            return new Io.Done();
        });
    }

    @Override
    public long freeBytes() {
        return faults.budgetBytes;
    }

    @Override
    public String description() {
        return "simulated";
    }

    @Override
    public void close() {}

    /// Changes one bit of what is stored, behind everybody's back.
    public void flipBit(int index, long offsetBytes, int bit) {
        lock.lock();
        try {
            var extent = existing(index);
            extent.bytes[(int) offsetBytes] ^= (byte) (1 << bit);
        } finally {
            lock.unlock();
        }
    }

    private Extent existing(int index) {
        var extent = extents[index];
        if (extent == null) {
            throw new IllegalStateException("the extent was prepared");
        }
        return extent;
    }

    private interface Change {
        Io run();
    }

    private Io change(Change change) {
        pause.run();
        lock.lock();
        try {
            calls++;
            if (faults.callsLeft == 0) {
                faults.stopped = true;
                off = true;
            }
            faults.callsLeft--;
            return off ? powerOff() : change.run();
        } finally {
            lock.unlock();
            pause.run();
        }
    }

    private static Io powerOff() {
        return new Io.Failed(new IOException("the power is off"));
    }

    /// What goes wrong next. Each is set by a test and used up by the call it hits.
    public static final class Faults {
        private long budgetBytes = Long.MAX_VALUE / 2;
        private long callsLeft = Long.MAX_VALUE;
        private int failNextReads;
        private int failReadsOfExtent = -1;
        private boolean failNextWrite;
        private boolean failNextFlush;
        private boolean misdirectNextWrite;
        private boolean ignoreFlush;
        private boolean stopped;

        /// The bytes that {@link Disk#prepare} may still take.
        public void budgetBytes(long bytes) {
            budgetBytes = bytes;
        }

        /// Turns the power off before the change that follows {@code changes} more.
        public void crashAfter(long changes) {
            callsLeft = changes;
        }

        /// Whether {@link #crashAfter} has struck.
        public boolean stopped() {
            return stopped;
        }

        public void failNextReads(int reads) {
            failNextReads = reads;
        }

        /// Every read of this extent fails; -1 heals it.
        public void failReadsOfExtent(int extent) {
            failReadsOfExtent = extent;
        }

        /// The next write stores half of its sectors and fails.
        public void failNextWrite() {
            failNextWrite = true;
        }

        /// The next flush fails, and so does every later one.
        public void failNextFlush() {
            failNextFlush = true;
        }

        /// The next write lands one sector too far and reports success.
        public void misdirectNextWrite() {
            misdirectNextWrite = true;
        }

        /// Flushes report success and do nothing: a disk that lies, to prove that a test notices a missing flush.
        public void ignoreFlush() {
            ignoreFlush = true;
        }
    }
}

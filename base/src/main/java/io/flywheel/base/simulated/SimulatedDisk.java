package io.flywheel.base.simulated;

import static io.flywheel.base.Check.check;
import static io.flywheel.base.Check.checkState;

import io.flywheel.base.Disk;
import io.flywheel.base.Random;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
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
    private long writes;

    /// Which sectors that were written and not flushed a crash leaves on the disk.
    public interface Survival {
        /// @param writesAfter how many writes to the disk came after the one that wrote the sector
        boolean survives(int extent, int sector, long writesAfter);
    }

    private static final class Extent {
        /// What a read sees: written, flushed or not.
        final byte[] bytes;
        /// The sectors that were flushed since the last reset.
        final BitSet flushed = new BitSet();
        /// The sectors that were written since and not flushed.
        final TreeMap<Integer, Unflushed> unflushed = new TreeMap<>();

        Extent(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /// @param below what is persistent below the sector
    /// @param write the last write to it
    private record Unflushed(byte[] below, long write) {}

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
        return restart(nextPause, (extent, sector, after) -> random.nextInt(8) < keepOutOfEight);
    }

    /// Turns the power off, losing what {@code survival} does not keep.
    public SimulatedDisk crash(Survival survival, Runnable nextPause) {
        return restart(nextPause, survival);
    }

    /// Turns the power off, losing everything that was not flushed.
    public SimulatedDisk crashDroppingUnflushed() {
        return restart(pause, (extent, sector, after) -> false);
    }

    /// The same disk, powered off in an orderly way after everything arrived.
    public SimulatedDisk restart() {
        return restart(pause, (extent, sector, after) -> true);
    }

    private SimulatedDisk restart(Runnable nextPause, Survival survival) {
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
                int number = index;
                var survivor = new Extent(extent.bytes.clone());
                extent.unflushed.forEach((sector, one) -> {
                    if (!survival.survives(number, sector, writes - one.write())) {
                        var below = one.below();
                        System.arraycopy(below, 0, survivor.bytes, sector * geometry.sectorBytes(), below.length);
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
            extents[index] = new Extent(new byte[(int) geometry.extentBytes()]);
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
            writes++;
            int at = (int) offsetBytes;
            var fault = faults.takeWriteFault();
            switch (fault) {
                case NONE -> store(extent, at, source);
                case FAILED, SHORTENED -> {
                    source.limit(source.position() + source.remaining() / 2 / sector * sector);
                    store(extent, at, source);
                }
                case DROPPED -> {}
                case MISDIRECTED -> {
                    // A misdirected write may hit what was flushed: the disk does not know better.
                    boolean fits = at + source.remaining() < extent.bytes.length;
                    overwrite(extent, fits ? at + sector : at, source);
                }
            }
            return fault == WriteFault.FAILED ? new Io.Failed(new IOException("injected write error")) : new Io.Done();
        });
    }

    private void store(Extent extent, int offsetBytes, ByteBuffer source) {
        int sectorBytes = geometry.sectorBytes();
        for (int at = offsetBytes; source.hasRemaining(); at += sectorBytes) {
            int sector = at / sectorBytes;
            checkState(!extent.flushed.get(sector), "a flushed sector is not written again before a reset");
            var before = extent.unflushed.get(sector);
            var below = before == null ? Arrays.copyOfRange(extent.bytes, at, at + sectorBytes) : before.below();
            extent.unflushed.put(sector, new Unflushed(below, writes));
            source.get(extent.bytes, at, sectorBytes);
        }
    }

    private static void overwrite(Extent extent, int offsetBytes, ByteBuffer source) {
        source.get(extent.bytes, offsetBytes, source.remaining());
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
            if (faults.takeReadFault(index)) {
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
            if (flushFailed || faults.takeFlushFault()) {
                flushFailed = true;
                return new Io.Failed(new IOException("injected flush error"));
            }
            if (!faults.ignoreFlush) {
                for (var extent : extents) {
                    if (extent != null) {
                        extent.unflushed.keySet().forEach(extent.flushed::set);
                        extent.unflushed.clear();
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
            if (extent != null && faults.eraseAtReset) {
                extents[index] = new Extent(new byte[extent.bytes.length]);
            } else if (extent != null) {
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

    /// The bytes of an extent as a read would see them now, or empty before it is prepared.
    public Optional<byte[]> bytes(int index) {
        lock.lock();
        try {
            var extent = extents[index];
            return extent == null ? Optional.empty() : Optional.of(extent.bytes.clone());
        } finally {
            lock.unlock();
        }
    }

    /// Where the last sector that was written since the extent's last reset ends.
    public long writtenBytes(int index) {
        lock.lock();
        try {
            var extent = extents[index];
            if (extent == null) {
                return 0;
            }
            int last = extent.unflushed.isEmpty() ? -1 : extent.unflushed.lastKey();
            return (long) Math.max(last + 1, extent.flushed.length()) * geometry.sectorBytes();
        } finally {
            lock.unlock();
        }
    }

    /// A disk that holds, flushed, the bytes that {@link #bytes} gave, extent by extent; an empty one is not prepared.
    public static SimulatedDisk of(Geometry geometry, List<Optional<byte[]>> extents) {
        check(extents.size() == geometry.extents(), "one element for each extent");
        var disk = new SimulatedDisk(geometry);
        for (int index = 0; index < extents.size(); index++) {
            var bytes = extents.get(index);
            if (bytes.isPresent()) {
                check(bytes.get().length == geometry.extentBytes(), "an extent's bytes");
                var extent = new Extent(bytes.get().clone());
                disk.extents[index] = extent;
            }
        }
        return disk;
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

    private enum WriteFault {
        NONE,
        FAILED,
        SHORTENED,
        DROPPED,
        MISDIRECTED
    }

    /// What goes wrong next. Each is set by a test and used up by the call it hits.
    public static final class Faults {
        private long budgetBytes = Long.MAX_VALUE / 2;
        private long callsLeft = Long.MAX_VALUE;
        private int failNextReads;
        private int failReadsOfExtent = -1;
        private WriteFault nextWrite = WriteFault.NONE;
        private boolean failNextFlush;
        private boolean ignoreFlush;
        private boolean eraseAtReset;
        private boolean stopped;
        private int struck;

        private WriteFault takeWriteFault() {
            var fault = nextWrite;
            nextWrite = WriteFault.NONE;
            struck += fault == WriteFault.NONE ? 0 : 1;
            return fault;
        }

        private boolean takeReadFault(int extent) {
            boolean fails = failReadsOfExtent == extent || failNextReads > 0;
            if (fails) {
                failNextReads--;
                struck++;
            }
            return fails;
        }

        private boolean takeFlushFault() {
            boolean fails = failNextFlush;
            failNextFlush = false;
            struck += fails ? 1 : 0;
            return fails;
        }

        /// How many calls met a fault of those below; a full disk and a crash are not counted.
        public int struck() {
            return struck;
        }

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
            nextWrite = WriteFault.FAILED;
        }

        /// The next write stores half of its sectors and reports success.
        public void shortenNextWrite() {
            nextWrite = WriteFault.SHORTENED;
        }

        /// The next write stores nothing and reports success.
        public void dropNextWrite() {
            nextWrite = WriteFault.DROPPED;
        }

        /// The next write lands one sector too far, also on what was flushed, and reports success.
        public void misdirectNextWrite() {
            nextWrite = WriteFault.MISDIRECTED;
        }

        /// The next flush fails, and so does every later one.
        public void failNextFlush() {
            failNextFlush = true;
        }

        /// Flushes report success and do nothing: a disk that lies, to prove that a test notices a missing flush.
        public void ignoreFlush() {
            ignoreFlush = true;
        }

        /// A reset erases the extent at once and for good, as zoned devices do; who counts on its old bytes is found
        /// out. This and the next starts' disks need it said anew.
        public void eraseAtReset() {
            eraseAtReset = true;
        }
    }
}

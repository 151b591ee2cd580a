package io.flywheel.namespace.log;

import static io.flywheel.base.Check.check;
import static io.flywheel.base.Check.checkState;

import io.flywheel.base.Disk;
import io.flywheel.base.Tasks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/// The log of command batches on the extents of a disk. An append returns when its frame is persistent. Extents are
/// used one after another, and again after {@link #release}. One task appends; {@link #release} may run beside it.
///
/// One free extent that is prepared is kept back for appends that make space ({@code urgent}).
public final class CommandLog {
    /// What an append came to.
    public enum Appended {
        DONE,
        /// All extents hold what is not released yet.
        WAIT,
        /// The disk is full, but for what is kept back.
        FULL,
        /// Nothing is known of what was appended; the log takes no more.
        FAILED
    }

    private final Disk disk;
    private final Disk.Geometry geometry;
    private final Tasks.Mutex mutex;
    private final long identity;

    /// Extents that hold frames, by the first position of each.
    private final TreeMap<Long, Integer> used = new TreeMap<>();

    private final TreeSet<Integer> free = new TreeSet<>();
    private int extent;
    private long offsetBytes;
    private long nextPosition;
    private int chain;
    private boolean failed;
    private ByteBuffer buffer;

    /// Begins where {@link LogRecovery} found the end.
    CommandLog(Disk disk, Tasks tasks, LogEnd end) {
        this.disk = disk;
        this.geometry = disk.geometry();
        this.mutex = tasks.mutex();
        this.identity = end.identity();
        this.extent = end.extent();
        this.offsetBytes = end.offsetBytes();
        this.nextPosition = end.nextPosition();
        this.chain = end.chain();
        this.used.putAll(end.used());
        for (int i = 0; i < geometry.extents(); i++) {
            if (!used.containsValue(i)) {
                free.add(i);
            }
        }
        this.buffer = aligned(1 << 16);
    }

    /// Names this log; never 0.
    public long identity() {
        return identity;
    }

    /// The position that the next command gets.
    public long nextPosition() {
        return nextPosition;
    }

    /// The most bytes that the encoded commands of one append may have.
    public int batchBytesMax() {
        return (int) Math.min(Frame.PAYLOAD_BYTES_MAX, geometry.extentBytes()) / 2;
    }

    /// Appends the commands at {@link #nextPosition} and after it in one step.
    public Appended append(List<byte[]> commands, boolean urgent) {
        long bytes = roundUp(Frame.bytesOf(commands));
        check(bytes <= geometry.extentBytes(), "a batch fits into an extent");
        if (failed) {
            return Appended.FAILED;
        }
        if (extent < 0 || offsetBytes + bytes > geometry.extentBytes()) {
            Appended moved = move(urgent);
            if (moved != Appended.DONE) {
                return moved;
            }
        }
        if (buffer.capacity() < bytes) {
            buffer = aligned((int) bytes);
        }
        buffer.clear();
        int link = Frame.write(buffer, geometry.sectorBytes(), identity, nextPosition, chain, commands);
        buffer.flip();
        int written = buffer.remaining();
        if (!disk.write(extent, offsetBytes, buffer).done() || !disk.flush().done()) {
            failed = true;
            return Appended.FAILED;
        }
        if (offsetBytes == 0) {
            locked(() -> used.put(nextPosition, extent));
        }
        offsetBytes += written;
        nextPosition += commands.size();
        chain = link;
        return Appended.DONE;
    }

    /// Goes to the start of a free extent.
    private Appended move(boolean urgent) {
        mutex.lock();
        try {
            if (free.isEmpty()) {
                return Appended.WAIT;
            }
            int spare = 0;
            int next = -1;
            for (int candidate : free) {
                if (disk.prepared(candidate)) {
                    spare++;
                    next = next < 0 ? candidate : next;
                }
            }
            if (spare <= (urgent ? 0 : 1)) {
                int more = firstUnprepared();
                Disk.Io prepared = more < 0 ? new Disk.Io.NoSpace() : disk.prepare(more);
                if (prepared instanceof Disk.Io.Failed) {
                    failed = true;
                    return Appended.FAILED;
                }
                if (prepared.done()) {
                    next = next < 0 ? more : next;
                } else if (next < 0 || !urgent) {
                    return used.size() > 1 ? Appended.WAIT : Appended.FULL;
                }
            }
            if (!disk.reset(next).done()) {
                failed = true;
                return Appended.FAILED;
            }
            free.remove(next);
            extent = next;
            offsetBytes = 0;
            return Appended.DONE;
        } finally {
            mutex.unlock();
        }
    }

    /// Makes the next extents real ahead of their use, off the path of an append.
    public void prepareAhead() {
        int more = locked(() -> free.stream().filter(disk::prepared).count() < 3 ? firstUnprepared() : -1);
        if (more >= 0) {
            disk.prepare(more);
        }
    }

    private int firstUnprepared() {
        return free.stream().filter(i -> !disk.prepared(i)).findFirst().orElse(-1);
    }

    /// What was appended up to {@code position} is not needed any more: extents with nothing else may be used again.
    public void release(long position) {
        locked(() -> {
            List<Long> firsts = new ArrayList<>(used.keySet());
            for (int i = 0; i + 1 < firsts.size() && firsts.get(i + 1) <= position + 1; i++) {
                Integer released = used.remove(firsts.get(i));
                checkState(released != null && released != extent, "the extent that is written to is not released");
                free.add(released);
            }
            return true;
        });
    }

    /// Extents that hold what is not released, and all there are.
    public double fill() {
        return locked(() -> (double) used.size() / geometry.extents());
    }

    private <T> T locked(java.util.function.Supplier<T> body) {
        mutex.lock();
        try {
            return body.get();
        } finally {
            mutex.unlock();
        }
    }

    private long roundUp(long bytes) {
        return (bytes + geometry.sectorBytes() - 1) / geometry.sectorBytes() * geometry.sectorBytes();
    }

    private ByteBuffer aligned(int bytes) {
        int sector = geometry.sectorBytes();
        int capacity = (int) roundUp(Math.max(bytes, sector));
        return ByteBuffer.allocateDirect(capacity + sector)
                .alignedSlice(sector)
                .limit(capacity)
                .slice();
    }
}

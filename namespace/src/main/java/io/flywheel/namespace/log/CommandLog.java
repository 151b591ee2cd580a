package io.flywheel.namespace.log;

import static io.flywheel.base.Check.check;
import static io.flywheel.base.Check.checkState;

import io.flywheel.base.Disk;
import io.flywheel.base.Tasks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/// The log of command batches on the extents of one disk. An append returns when its frame is persistent.
/// Extents are used one after another, and again after {@link #release}. One task appends; the rest may run
/// beside it.
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
    private volatile long nextPosition;
    private volatile long life;
    private volatile int link;
    private int turn;
    private int lastTurn;
    private volatile boolean failed;
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
        this.life = end.life();
        this.link = end.link();
        this.turn = end.turn();
        this.lastTurn = end.lastTurn();
        this.used.putAll(end.used());
        for (int i = 0; i < geometry.extents(); i++) {
            if (!used.containsValue(i)) {
                free.add(i);
            }
        }
        this.buffer = aligned(1 << 16);
    }

    Disk disk() {
        return disk;
    }

    /// Names this log; never 0.
    long identity() {
        return identity;
    }

    /// The position that the next command gets.
    long nextPosition() {
        return nextPosition;
    }

    /// The life of the last frame.
    long life() {
        return life;
    }

    /// The link of the last frame.
    int link() {
        return link;
    }

    boolean failed() {
        return failed;
    }

    /// The most bytes that the encoded commands of one append may have.
    int batchBytesMax() {
        return (int) Math.min(Frame.PAYLOAD_BYTES_MAX, geometry.extentBytes()) / 2;
    }

    /// The extents that hold frames, by the first position of each.
    NavigableMap<Long, Integer> used() {
        return locked(() -> new TreeMap<>(used));
    }

    /// Whether a frame of so many bytes can be written with no more than a reset before.
    boolean hasRoom(int payloadBytes, boolean urgent) {
        return locked(() -> !failed
                && (fits(payloadBytes) || free.stream().filter(disk::prepared).count() > (urgent ? 0 : 1)));
    }

    /// Whether a release could make room.
    boolean mayRelease() {
        return locked(() -> used.size() > 1);
    }

    private boolean fits(int payloadBytes) {
        return extent >= 0 && offsetBytes + frameBytes(payloadBytes) <= geometry.extentBytes();
    }

    private long frameBytes(int payloadBytes) {
        return roundUp(Frame.HEADER_BYTES + (long) payloadBytes);
    }

    /// Sees to it that a frame of so many bytes fits where the log goes on.
    Appended room(int payloadBytes, boolean urgent) {
        check(frameBytes(payloadBytes) <= geometry.extentBytes(), "a batch fits into an extent");
        if (failed) {
            return Appended.FAILED;
        }
        return locked(() -> fits(payloadBytes) ? Appended.DONE : move(urgent));
    }

    /// Appends the entry, which follows the last one.
    Appended append(Entry entry) {
        check(entry.version() == Frame.VERSION, "this release's version");
        checkState(entry.first() == nextPosition && entry.chain() == link, "entries follow one another");
        Appended room = room(entry.payload().length, entry.urgent());
        if (room != Appended.DONE) {
            return room;
        }
        int bytes = (int) frameBytes(entry.payload().length);
        if (buffer.capacity() < bytes) {
            buffer = aligned(bytes);
        }
        buffer.clear();
        Frame.write(buffer, geometry.sectorBytes(), identity, turn, entry);
        buffer.flip();
        int written = buffer.remaining();
        if (!disk.write(extent, offsetBytes, buffer).done() || !disk.flush().done()) {
            failed = true;
            return Appended.FAILED;
        }
        return locked(() -> {
            if (offsetBytes == 0) {
                used.put(entry.first(), extent);
            }
            offsetBytes += written;
            life = entry.life();
            link = entry.link();
            nextPosition = entry.end();
            return Appended.DONE;
        });
    }

    /// Goes to the start of a free extent.
    private Appended move(boolean urgent) {
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
    }

    /// What follows {@code position} is no part of the log: it was never acknowledged. It is dead from the
    /// moment at which the next frame is there, which goes to another extent, under a later turn; until then it
    /// is found again after a crash.
    void cut(Boundary to) {
        locked(() -> {
            checkState(to.position() < nextPosition, "something is cut off");
            List<Integer> dead = List.copyOf(used.tailMap(to.position(), true).values());
            used.tailMap(to.position(), true).clear();
            free.addAll(dead);
            return leave(to);
        });
    }

    /// Nothing of what is there is part of the log, which goes on elsewhere: what was missed is in a
    /// checkpoint.
    void restart(Boundary at) {
        locked(() -> {
            free.addAll(used.values());
            used.clear();
            return leave(at);
        });
    }

    /// Goes on after a failure, with the first frame that is not known to be persistent: elsewhere, because
    /// nobody knows what a disk that failed to flush has, and under a later turn, which makes that dead.
    void resume() {
        locked(() -> {
            failed = false;
            return leave(new Boundary(nextPosition, link));
        });
    }

    private boolean leave(Boundary at) {
        if (extent >= 0 && !used.containsValue(extent)) {
            free.add(extent);
        }
        extent = -1;
        offsetBytes = 0;
        turn = Math.max(turn, lastTurn) + 1;
        link = at.link();
        nextPosition = at.position();
        return true;
    }

    /// Makes the next extents real ahead of their use, off the path of an append.
    void prepareAhead() {
        int more = locked(() -> free.stream().filter(disk::prepared).count() < 3 ? firstUnprepared() : -1);
        if (more >= 0) {
            disk.prepare(more);
        }
    }

    private int firstUnprepared() {
        return free.stream().filter(i -> !disk.prepared(i)).findFirst().orElse(-1);
    }

    /// What was appended up to {@code position} is not needed any more: extents with nothing else may be used
    /// again.
    void release(long position) {
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

    /// Extents that hold what is not released, of all there are.
    double fill() {
        return locked(() -> (double) used.size() / geometry.extents());
    }

    private <T> T locked(Supplier<T> body) {
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

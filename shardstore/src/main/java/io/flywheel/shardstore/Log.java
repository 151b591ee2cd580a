package io.flywheel.shardstore;

import static io.flywheel.base.Check.checkState;

import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The one way onto the disk. Frames are placed in the order of the log under the mutex, filled outside of it, and
/// written as sector-padded group commits by two tasks, so that one is filled while another is on its way. A
/// commit is acknowledged when its write and a flush after it are done and all earlier commits are acknowledged: a
/// torn frame never hides an acknowledged one. The first error fences the log for good.
///
/// The log is a chain of extents: the last frame of each names the next. Methods that say so want the mutex held.
final class Log {
    /// What a request for room came to.
    enum Room {
        READY,
        FULL,
        FENCED,
        /// Nothing became free for so long that the disk does not seem to answer.
        STUCK
    }

    /// A frame that was placed: its header, and the batch that carries it.
    record Placed(Frame frame, Batch batch, int at) {
        Locator locator() {
            return new Locator(
                    frame.extent(), frame.offsetBytes(), frame.payloadBytes(), frame.digest(), frame.incarnation());
        }
    }

    private static final int WRITERS = 2;
    private static final int BUFFERS = 4;
    private static final int END_BYTES = Frame.bytes(ExtentLink.BYTES);
    private static final int OPEN_BYTES = Frame.bytes(16);
    /// Frames up to this are copied under the mutex, which is cheaper than taking it twice.
    private static final int SMALL_BYTES = 16 << 10;
    /// A user who waits so long for room, while nobody else gets any, is refused: a call to the disk hangs.
    private static final Duration STUCK = Duration.ofSeconds(10);

    private final Disk disk;
    private final Tasks tasks;
    private final UUID diskId;
    private final ExtentTable extents;
    private final Reserve reserve;
    private final Tasks.Mutex mutex;
    /// Signalled when a batch can be taken, was filled, was settled, or when room appeared.
    private final Tasks.Condition work;
    private final Tasks.Condition room;
    private final Preparer preparer;
    private final Pace pace;
    private final Tasks.Condition grown;
    private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>();
    private final int batchBytes;
    private final int sectorBytes;
    private final ArrayDeque<Batch> toWrite = new ArrayDeque<>();
    private final ArrayDeque<Batch> unsettled = new ArrayDeque<>();
    private final List<Tasks.Task> running = new ArrayList<>();
    private final long mountBits;
    private int ordinal;
    private @Nullable Batch current;
    private @Nullable Batch last;
    /// Where the next frame goes: the open extent, or -1 before there is one.
    private int tail = -1;
    private long tailBytes;
    private long stableBytes;
    private long appendedBytes;
    private long movedBytes;
    private long userIncarnation;
    private BooleanSupplier holdsUsers = () -> false;
    private BooleanSupplier isDue = () -> false;
    private boolean refusesUsers;
    private boolean stopping;
    private @Nullable String fenced;

    Log(Disk disk, Tasks tasks, UUID diskId, ExtentTable extents, int mount, Options options) {
        this.disk = disk;
        this.tasks = tasks;
        this.diskId = diskId;
        this.extents = extents;
        this.mountBits = (long) mount << 32;
        this.sectorBytes = disk.geometry().sectorBytes();
        int frames = Frame.bytes(options.batchBytes()) + OPEN_BYTES + END_BYTES + Frame.HEADER_BYTES;
        this.batchBytes = (frames + sectorBytes - 1) / sectorBytes * sectorBytes + sectorBytes;
        for (int index = 0; index < BUFFERS; index++) {
            buffers.add(ByteBuffer.allocateDirect(batchBytes + sectorBytes).alignedSlice(sectorBytes));
        }
        reserve = new Reserve(disk, extents);
        mutex = tasks.mutex();
        work = mutex.condition();
        room = mutex.condition();
        preparer = new Preparer(disk, reserve, mutex, room);
        grown = mutex.condition();
        pace = new Pace(reserve, disk.geometry().extentBytes(), mutex);
    }

    void start() {
        for (int writer = 0; writer < WRITERS; writer++) {
            running.add(tasks.start("log writer " + writer, this::write));
        }
        running.add(tasks.start("extent preparer", preparer::run));
    }

    void lock() {
        mutex.lock();
    }

    void unlock() {
        mutex.unlock();
    }

    /// Goes on at the end of an extent that was closed in an orderly way. Before {@link #start}.
    void continueAt(int extent, long offsetBytes, long incarnation) {
        extents.open(extent, incarnation);
        tail = extent;
        tailBytes = offsetBytes;
        stableBytes = offsetBytes;
        userIncarnation = mountBits;
        extents.setWritten(extent, offsetBytes);
        extents.setReadable(extent, offsetBytes);
    }

    /// Goes on in a free, prepared extent. Before {@link #start}.
    Superblock.Position continueIn(int extent) {
        openExtent(extent, nextIncarnation());
        return new Superblock.Position(extent, 0, extents.incarnation(extent));
    }

    private long nextIncarnation() {
        return mountBits | ordinal++;
    }

    private void openExtent(int extent, long incarnation) {
        extents.open(extent, incarnation);
        tail = extent;
        tailBytes = 0;
        stableBytes = 0;
        userIncarnation = Math.max(userIncarnation, mountBits);
    }

    /// With the mutex held, which a wait releases: waits until a frame of so many bytes can be placed at once.
    Room awaitRoom(Reserve.Kind kind, int frameBytes) {
        checkState(
                frameBytes + OPEN_BYTES + END_BYTES + 2L * sectorBytes
                        <= disk.geometry().extentBytes(),
                "frame");
        boolean isUser = kind == Reserve.Kind.PUT || kind == Reserve.Kind.DELETE;
        if (isUser) {
            userIncarnation = extents.incarnation(tail);
            preparer.keepAhead();
        }
        if (kind == Reserve.Kind.PUT) {
            pace.awaitTurn(frameBytes);
        }
        while (true) {
            if (fenced != null || (refusesUsers && kind != Reserve.Kind.CHECKPOINT) || stopping) {
                return Room.FENCED;
            }
            if (isUser && holdsUsers.getAsBoolean()) {
                // What reclamation copied may be in a commit that nobody waits for.
                grown.signalAll();
                if (!room.await(STUCK)) {
                    return Room.STUCK;
                }
                continue;
            }
            boolean fitsExtent = tail >= 0
                    && tailBytes + (tailBytes == 0 ? OPEN_BYTES : 0) + frameBytes
                            <= disk.geometry().extentBytes() - sectorBytes;
            if (!reserve.allows(kind, fitsExtent)) {
                if (isUser && pace.mayGiveRoom()) {
                    pace.await();
                    continue;
                }
                return Room.FULL;
            }
            if (!fitsExtent && extents.freePrepared() == 0) {
                if (reserve.preparable() == 0) {
                    return Room.FULL;
                }
                preparer.need();
                if (isStuck(isUser)) {
                    return Room.STUCK;
                }
                continue;
            }
            if (current != null && (fitsExtent ? frameBytes : END_BYTES) > roomInBatch(current)) {
                closeCurrent();
                // The padding took room in the extent.
                continue;
            }
            if (current == null && !beginBatch()) {
                if (isStuck(isUser)) {
                    return Room.STUCK;
                }
                continue;
            }
            if (fitsExtent) {
                take(kind, frameBytes);
                return Room.READY;
            }
            leaveExtent();
        }
    }

    /// Waits for room; true when a user has waited for too long. What the store does for itself waits for ever.
    private boolean isStuck(boolean isUser) {
        if (!isUser) {
            room.await();
            return false;
        }
        return !room.await(STUCK);
    }

    private void take(Reserve.Kind kind, int frameBytes) {
        switch (kind) {
            case EVACUATE -> {
                pace.copied(frameBytes);
                movedBytes += frameBytes;
            }
            case COMPACT -> movedBytes += frameBytes;
            case DELETE -> pace.deleted();
            case PUT, CHECKPOINT, RELEASE -> {}
        }
    }

    private Batch requireCurrent() {
        var batch = current;
        if (batch == null) {
            throw new IllegalStateException("no batch is open: room was not awaited");
        }
        return batch;
    }

    private int roomInBatch(Batch batch) {
        return batchBytes - batch.used() - END_BYTES - sectorBytes;
    }

    private boolean beginBatch() {
        var buffer = buffers.poll();
        if (buffer == null) {
            return false;
        }
        checkState(tail >= 0, "an extent is open");
        var batch = new Batch(this, tail, tailBytes, buffer, tasks.promise());
        current = batch;
        extents.beginCommit(tail, tailBytes);
        if (tailBytes == 0) {
            var id = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
            id.putLong(diskId.getMostSignificantBits())
                    .putLong(diskId.getLeastSignificantBits())
                    .flip();
            fillNow(placeIn(batch, Operation.OPEN, Frame.NOBODY, 0, Payload.of(id), false), Payload.of(id));
        }
        return true;
    }

    /// Writes the frame that names the next extent and goes there.
    private void leaveExtent() {
        var batch = requireCurrent();
        int next = extents.nextFree();
        long incarnation = nextIncarnation();
        var payload = Payload.of(new ExtentLink(next, incarnation).encode());
        fillNow(placeIn(batch, Operation.END, Frame.NOBODY, 0, payload, false), payload);
        int left = tail;
        closeCurrent();
        extents.close(left);
        openExtent(next, incarnation);
        preparer.look();
    }

    /// With the mutex held, after {@link #awaitRoom} said ready: gives the frame its place, where {@link #fill}
    /// must follow.
    ///
    /// @param waited whether somebody waits for this frame; otherwise its batch stays open until it is full or
    /// another frame is waited for, which saves padding
    /// @param replaces see {@link Frame}
    Placed place(
            Operation operation,
            ShardId shard,
            int valueOffsetBytes,
            Payload payload,
            boolean replaces,
            boolean waited) {
        var batch = requireCurrent();
        var placed = placeIn(batch, operation, shard, valueOffsetBytes, payload, replaces);
        if (payload.length() <= SMALL_BYTES) {
            fillNow(placed, payload);
        }
        if (waited) {
            batch.makeUrgent();
            work.signalAll();
        }
        return placed;
    }

    private Placed placeIn(
            Batch batch, Operation operation, ShardId shard, int valueOffsetBytes, Payload payload, boolean replaces) {
        var frame = new Frame(
                operation,
                extents.incarnation(tail),
                tail,
                tailBytes,
                payload.length(),
                payload.digest(),
                shard,
                stableBytes,
                valueOffsetBytes,
                replaces);
        int at = batch.take(frame.frameBytes());
        last = batch;
        tailBytes += frame.frameBytes();
        appendedBytes += operation.isOfIndex() ? 0 : frame.frameBytes();
        extents.setWritten(tail, tailBytes);
        return new Placed(frame, batch, at);
    }

    /// Copies the bytes of a placed frame; without the mutex. Nothing to do for a small one.
    void fill(Placed placed, Payload payload) {
        if (payload.length() > SMALL_BYTES) {
            fillNow(placed, payload);
        }
    }

    private void fillNow(Placed placed, Payload payload) {
        placed.batch().fill(placed.at(), placed.frame(), payload);
        if (placed.batch().filled() && placed.batch().isClosed()) {
            mutex.lock();
            try {
                work.signalAll();
            } finally {
                mutex.unlock();
            }
        }
    }

    private void closeCurrent() {
        var batch = current;
        if (batch == null) {
            return;
        }
        int rest = (sectorBytes - batch.used() % sectorBytes) % sectorBytes;
        if (rest > 0) {
            var zeros = ByteBuffer.allocate(rest - Frame.HEADER_BYTES);
            var payload = new Payload(zeros, ByteBuffer.allocate(0), 0);
            fillNow(placeIn(batch, Operation.PAD, Frame.NOBODY, 0, payload, false), payload);
        }
        batch.closeForPlacing();
        current = null;
        toWrite.add(batch);
        unsettled.add(batch);
        work.signalAll();
    }

    /// Ends the current batch: the place from which the log goes on. With the mutex held.
    Superblock.Position cut() {
        closeCurrent();
        checkState(tail >= 0, "an extent is open");
        return new Superblock.Position(tail, tailBytes, extents.incarnation(tail));
    }

    /// A promise for everything that was placed before. With the mutex held.
    Dependency everything() {
        if (current != null) {
            current.makeUrgent();
        }
        work.signalAll();
        return last != null ? last : new Settled(new Persisted.Safe());
    }

    /// Whether a frame that is placed now is persistent only after {@code earlier}: commits are acknowledged, and
    /// recovered, in the order of the log.
    boolean keepsInOrder(Dependency earlier) {
        return earlier instanceof Batch batch && batch.isOf(this);
    }

    /// Waits until the bytes before {@code endBytes} of an extent can be read; false when they were lost.
    boolean awaitReadable(int extent, long endBytes) {
        if (extents.readable(extent) >= endBytes || Planted.READS_TOO_EARLY.isOn()) {
            return true;
        }
        Batch carrier = null;
        mutex.lock();
        try {
            for (var batch : unsettled) {
                if (batch.extent() == extent && batch.endBytes() >= endBytes && carrier == null) {
                    carrier = batch;
                }
            }
            if (carrier == null && current != null && current.extent() == extent) {
                carrier = current;
                current.makeUrgent();
                work.signalAll();
            }
        } finally {
            mutex.unlock();
        }
        if (carrier != null) {
            carrier.await();
        }
        return extents.readable(extent) >= endBytes;
    }

    private void write() {
        while (true) {
            var batch = takeBatch();
            if (batch == null) {
                return;
            }
            var view = batch.buffer().duplicate().position(0).limit(batch.used());
            var io = disk.write(batch.extent(), batch.offsetBytes(), view);
            if (io.done()) {
                io = disk.flush();
            }
            var result = switch (io) {
                case Disk.Io.Done() -> new Persisted.Safe();
                case Disk.Io.NoSpace() -> new Persisted.Lost("the file system is full below a prepared extent");
                case Disk.Io.Failed(var cause) -> new Persisted.Lost("the disk failed: " + cause.getMessage());
            };
            mutex.lock();
            try {
                batch.setResult(result);
                settle();
            } finally {
                mutex.unlock();
            }
        }
    }

    private @Nullable Batch takeBatch() {
        mutex.lock();
        try {
            while (true) {
                if (fenced != null) {
                    return null;
                }
                if (toWrite.isEmpty() && current != null && current.used() > 0 && (current.isUrgent() || stopping)) {
                    closeCurrent();
                }
                var batch = toWrite.poll();
                if (batch != null) {
                    while (!batch.isFilled()) {
                        work.await();
                    }
                    return fenced == null ? batch : null;
                }
                if (stopping) {
                    return null;
                }
                work.await();
            }
        } finally {
            mutex.unlock();
        }
    }

    private void settle() {
        while (!unsettled.isEmpty()) {
            var head = unsettled.peek();
            var result = head.result();
            if (result == null && fenced == null) {
                break;
            }
            if (result instanceof Persisted.Lost(var reason)) {
                fence(reason);
                return;
            }
            if (fenced != null) {
                break;
            }
            unsettled.poll();
            extents.setReadable(head.extent(), head.endBytes());
            if (head.extent() == tail) {
                stableBytes = head.endBytes();
            }
            buffers.add(head.buffer());
            head.settle(new Persisted.Safe());
        }
        room.signalAll();
        if (isDue.getAsBoolean()) {
            grown.signalAll();
        }
    }

    /// Waits until the index wants work; false when the log takes no more. With the mutex held.
    boolean awaitDue(BooleanSupplier due) {
        isDue = due;
        while (fenced == null && !refusesUsers && !stopping) {
            if (due.getAsBoolean()) {
                return true;
            }
            grown.await();
        }
        return false;
    }

    /// Takes no more writes; what was not acknowledged is lost. With the mutex held.
    void fence(String reason) {
        if (fenced != null) {
            return;
        }
        fenced = reason;
        var lost = new Persisted.Lost(reason);
        unsettled.forEach(batch -> batch.settle(lost));
        unsettled.clear();
        toWrite.clear();
        if (current != null) {
            current.settle(lost);
            current = null;
        }
        work.signalAll();
        room.signalAll();
        pace.end();
        preparer.stop();
        grown.signalAll();
    }

    /// Lets the file system be asked for space again after it had none. With the mutex held.
    void retryPreparing() {
        reserve.retry();
        preparer.look();
    }

    /// Says when puts and deletes wait; {@link #wakeWriters} lets them look again. Before {@link #start}.
    void holdUsersWhile(BooleanSupplier condition) {
        holdsUsers = condition;
    }

    /// Lets those look again who wait for the index, or for it to want work. With the mutex held.
    void wakeWriters() {
        room.signalAll();
        grown.signalAll();
    }

    /// Extents of a lower incarnation were closed when a user last wrote or wanted to. With the mutex held.
    long userIncarnation() {
        return userIncarnation;
    }

    /// With the mutex held.
    Reserve reserve() {
        return reserve;
    }

    /// With the mutex held.
    Pace pace() {
        return pace;
    }

    /// Bytes of frames that reclamation and compaction appended since the store was opened. With the mutex held.
    long movedBytes() {
        return movedBytes;
    }

    /// Bytes that a put could take now. With the mutex held.
    long freeBytes() {
        long extentBytes = disk.geometry().extentBytes() - sectorBytes;
        return fenced != null ? 0 : reserve.freeBytes(extentBytes, tail < 0 ? 0 : extentBytes - tailBytes);
    }

    /// Bytes that frames may still take of the open extent. With the mutex held.
    long tailRoomBytes() {
        return tail < 0 ? 0 : disk.geometry().extentBytes() - sectorBytes - END_BYTES - OPEN_BYTES - tailBytes;
    }

    /// Bytes of frames appended since the store was opened, without those of the index. With the mutex held.
    long appendedBytes() {
        return appendedBytes;
    }

    String fenceReason() {
        mutex.lock();
        try {
            return fenced != null ? fenced : refusesUsers || stopping ? "the store is closed" : "the store is open";
        } finally {
            mutex.unlock();
        }
    }

    boolean isFenced() {
        return fenced != null;
    }

    /// From now on only checkpoints are written. With the mutex held.
    void refuseUsers() {
        refusesUsers = true;
        room.signalAll();
        pace.end();
        grown.signalAll();
    }

    /// Writes what is there and ends the tasks.
    void stop() {
        mutex.lock();
        try {
            stopping = true;
            pace.end();
            preparer.stop();
            work.signalAll();
            room.signalAll();
            grown.signalAll();
        } finally {
            mutex.unlock();
        }
        running.forEach(Tasks.Task::join);
    }
}

package io.flywheel.objects;

import static io.flywheel.base.Check.check;

import io.flywheel.base.BlockId;
import io.flywheel.base.BufferPool;
import io.flywheel.base.Crc64Nvme;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.BlockRef;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads a range of an object, piece by piece. A piece is handed out only after the end-to-end checksum over all of it
/// was found right, so what a caller gets is what was once received, or a value that says why not. While the caller is
/// busy with one piece the next is read on another task, unless memory has it anyway. For one task at a time.
public final class DataReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataReader.class);

    /// How long a read waits for the memory of its first piece: who has nothing yet is told soon, and may come
    /// again.
    private static final Duration FIRST_MEMORY_WAIT = Duration.ofSeconds(2);

    /// How long it waits for the memory of a later one, where giving up cuts the connection.
    private static final Duration MEMORY_WAIT = Duration.ofSeconds(30);

    private final ShardStore store;
    private final Tasks tasks;
    private final BufferPool pool;
    private final PieceCursor cursor;
    private final Crc64Nvme crc = new Crc64Nvme();
    private Tasks.@Nullable Promise<Step> ahead;
    private @Nullable Step last;
    private boolean begun;
    /// The place that {@link #poll} could not read.
    private PieceCursor.@Nullable Place pending;
    /// The block that is being read, for reads without waiting.
    private @Nullable BlockId locatedBlock;

    private ShardStore.@Nullable Located located;
    private boolean wasAtHand;

    /// What the next step of a read came to. All but {@link Piece} are final: asking again gives the same.
    public sealed interface Step {
        /// @param bytes verified, never empty
        /// @param release to be called once, from any thread, when the bytes are no longer needed
        record Piece(ByteBuffer bytes, Runnable release) implements Step {}

        /// All of the range was handed out.
        record End() implements Step {}

        /// The bytes on the disk are not those that were received: cut the connection.
        record Corrupt(String where) implements Step {}

        /// The bytes cannot be read (now): cut the connection.
        record Unavailable(String reason) implements Step {}

        /// Others hold all memory for reading: with nothing handed out yet, ask the client to come again.
        record NoMemory() implements Step {}
    }

    DataReader(ShardStore store, Tasks tasks, BufferPool pool, PieceCursor cursor) {
        this.store = store;
        this.tasks = tasks;
        this.pool = pool;
        this.cursor = cursor;
    }

    public Step next() {
        if (last != null) {
            return last;
        }
        var promised = ahead;
        Step step;
        if (promised == null) {
            step = read();
        } else {
            step = promised.await();
            ahead = null;
        }
        if (!(step instanceof Step.Piece)) {
            last = step;
            return step;
        }
        begun = true;
        if (!wasAtHand && cursor.hasMore() && pool.available() * 4 > pool.buffersMax()) {
            // With little memory left nobody reads ahead: who needs a piece now comes first.
            readAhead();
        }
        return step;
    }

    /// The next piece, if it can be had without waiting: callable on an event loop. Empty says only that it
    /// cannot; {@link #next} tells more.
    public Optional<Step.Piece> poll() {
        if (last != null) {
            return Optional.empty();
        }
        var promised = ahead;
        if (promised != null) {
            return promised.isDone() && next() instanceof Step.Piece piece ? Optional.of(piece) : Optional.empty();
        }
        if (pending == null) {
            if (!cursor.isInside()) {
                return Optional.empty();
            }
            pending = cursor.next();
        }
        if (!(pending instanceof PieceCursor.Place.InBlock(var block, int piece, int from, int to))) {
            return Optional.empty();
        }
        var buffer = pool.tryAcquire().orElse(null);
        if (buffer == null) {
            return Optional.empty();
        }
        if (!isAtHand(buffer, block, piece)) {
            buffer.release();
            return Optional.empty();
        }
        pending = null;
        return Optional.of(pieceOf(buffer, from, to));
    }

    /// Ends the read; a piece that was read ahead is dropped.
    @Override
    public void close() {
        var promised = ahead;
        ahead = null;
        last = new Step.Unavailable("the reader is closed");
        if (promised != null) {
            promised.onDone(() -> {
                if (promised.await() instanceof Step.Piece(var _, var release)) {
                    release.run();
                }
            });
        }
    }

    private void readAhead() {
        Tasks.Promise<Step> promise = tasks.promise();
        ahead = promise;
        tasks.start("read-ahead", () -> {
            try {
                promise.complete(read());
            } catch (RuntimeException | Error e) {
                promise.fail(e);
                throw e;
            }
        });
    }

    private Step read() {
        var place = pending != null ? pending : cursor.next();
        pending = null;
        return switch (place) {
            case PieceCursor.Place.InMemory(var bytes, int from, int to) ->
                new Step.Piece(bytes.buffer().slice(from, to - from), () -> {});
            case PieceCursor.Place.InBlock(var block, int piece, int from, int to) -> read(block, piece, from, to);
            case PieceCursor.Place.End() -> new Step.End();
            case PieceCursor.Place.Gone(var reason) -> unavailable(reason);
        };
    }

    private Step read(BlockRef block, int piece, int from, int to) {
        wasAtHand = false;
        var acquired = pool.acquire(begun ? MEMORY_WAIT : FIRST_MEMORY_WAIT).orElse(null);
        if (acquired == null) {
            return new Step.NoMemory();
        }
        var shard = DataWriter.shardOf(block.id());
        if (!block.id().equals(locatedBlock)) {
            locatedBlock = block.id();
            located = store.locate(shard).orElse(null);
        }
        boolean handedOut = false;
        try {
            if (isAtHand(acquired, block, piece)) {
                wasAtHand = true;
                handedOut = true;
                return pieceOf(acquired, from, to);
            }
            ByteBuffer bytes = bytesFor(acquired, block, piece);
            int length = bytes.remaining();
            Step step = switch (store.get(shard, startOf(block, piece), bytes)) {
                case ShardStore.Read.Found() -> verified(acquired, block, piece, from, to, length);
                case ShardStore.Read.Missing() -> unavailable(block + " is missing");
                case ShardStore.Read.Corrupt(var where) -> corrupt(block, piece, where);
                case ShardStore.Read.Failed(var reason) -> unavailable(block + ": " + reason);
            };
            handedOut = step instanceof Step.Piece;
            return step;
        } finally {
            if (!handedOut) {
                acquired.release();
            }
        }
    }

    /// Reads a piece if that takes no waiting, and verifies it. The end-to-end checksum covers what the
    /// frames' CRCs would say; false also where it is wrong: the store then finds out why.
    private boolean isAtHand(BufferPool.Buffer buffer, BlockRef block, int piece) {
        var at = located;
        if (at == null || !block.id().equals(locatedBlock)) {
            return false;
        }
        ByteBuffer bytes = bytesFor(buffer, block, piece);
        return at.readNow(startOf(block, piece), bytes) && isRight(bytes.flip(), block, piece);
    }

    private boolean isRight(ByteBuffer bytes, BlockRef block, int piece) {
        crc.reset();
        crc.update(bytes.duplicate());
        return crc.getValue() == block.pieceCrcs()[piece];
    }

    private static Step.Piece pieceOf(BufferPool.Buffer buffer, int from, int to) {
        return new Step.Piece(buffer.bytes().slice(from, to - from), buffer::release);
    }

    private static long startOf(BlockRef block, int piece) {
        return (long) piece * block.pieceBytes();
    }

    private ByteBuffer bytesFor(BufferPool.Buffer buffer, BlockRef block, int piece) {
        int length = (int) Math.min(block.pieceBytes(), block.lengthBytes() - startOf(block, piece));
        check(length <= pool.bufferBytes(), "a piece fits into a buffer");
        return buffer.bytes().clear().limit(length);
    }

    private Step verified(BufferPool.Buffer buffer, BlockRef block, int piece, int from, int to, int length) {
        ByteBuffer bytes = buffer.bytes();
        check(bytes.position() == length, "the store filled the buffer");
        return isRight(bytes.flip(), block, piece)
                ? pieceOf(buffer, from, to)
                : corrupt(block, piece, "the end-to-end checksum is wrong");
    }

    private static Step corrupt(BlockRef block, int piece, String where) {
        LOG.error("corrupt: piece {} of {}: {}", piece, block, where);
        return new Step.Corrupt("piece " + piece + " of " + block + ": " + where);
    }

    private static Step unavailable(String reason) {
        LOG.error("unavailable: {}", reason);
        return new Step.Unavailable(reason);
    }
}

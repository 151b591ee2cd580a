package io.flywheel.objects;

import io.flywheel.base.BufferPool;
import io.flywheel.base.Crc64Nvme;
import io.flywheel.base.Tasks;
import io.flywheel.erasure.Scheme;
import io.flywheel.erasure.Slots;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads a range of an object, piece by piece. A piece is handed out only after the end-to-end checksum over
/// all of it was found right, so what a caller gets is what was once received, or a value that says why not.
/// While the caller is busy with one piece the next is read on another task, unless memory has it anyway. For
/// one task at a time.
public final class DataReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataReader.class);

    /// How long a read waits for the memory of its first piece: who has nothing yet is told soon, and may come
    /// again.
    private static final Duration FIRST_MEMORY_WAIT = Duration.ofSeconds(2);

    /// How long it waits for the memory of a later one, where giving up cuts the connection.
    private static final Duration MEMORY_WAIT = Duration.ofSeconds(30);

    private final DataPath path;
    private final PieceCursor cursor;
    private final Crc64Nvme crc = new Crc64Nvme();
    /// Pieces that were read and not yet asked for.
    private final ArrayDeque<Step.Piece> ready = new ArrayDeque<>();

    private Tasks.@Nullable Promise<Batch> ahead;
    private @Nullable Step last;
    private boolean begun;
    /// The block that is being read.
    private @Nullable Block block;

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

    DataReader(DataPath path, PieceCursor cursor) {
        this.path = path;
        this.cursor = cursor;
    }

    public Step next() {
        if (last == null && ready.isEmpty()) {
            take(ahead != null ? ahead.await() : read());
        }
        return last != null ? last : ready.remove();
    }

    /// What one read came to: pieces, or what ends them.
    ///
    /// @param waited whether they had to be waited for
    private record Batch(List<Step.Piece> pieces, @Nullable Step end, boolean waited) {
        static Batch end(Step end) {
            return new Batch(List.of(), end, false);
        }
    }

    private void take(Batch batch) {
        ahead = null;
        ready.addAll(batch.pieces());
        last = batch.end();
        begun = true;
        if (batch.waited() && cursor.hasMore() && isMemoryAmple()) {
            // With little memory left nobody reads ahead: who needs a piece now comes first.
            readAhead();
        }
    }

    private boolean isMemoryAmple() {
        return path.reading().available() * 4 > path.reading().buffersMax();
    }

    /// The next piece, if it can be had without waiting: callable on an event loop. Empty says only that it
    /// cannot; {@link #next} tells more.
    public Optional<Step.Piece> poll() {
        if (last != null) {
            return Optional.empty();
        }
        if (ready.isEmpty() && ahead != null && ahead.isDone()) {
            take(ahead.await());
        }
        if (!ready.isEmpty()) {
            return Optional.of(ready.remove());
        }
        if (last != null || ahead != null) {
            return Optional.empty();
        }
        if (!cursor.isInside() || !(cursor.next(1) instanceof PieceCursor.Place.InBlock place)) {
            return Optional.empty();
        }
        var piece = readNow(place);
        if (piece.isEmpty()) {
            cursor.back(place);
        }
        return piece;
    }

    /// Reads a piece if that takes no waiting, and verifies it. The end-to-end checksum covers what the frames'
    /// CRCs would say; empty also where it is wrong: a read that may wait then finds out why.
    private Optional<Step.Piece> readNow(PieceCursor.Place.InBlock place) {
        var current = block;
        if (current == null || !current.ref().id().equals(place.block().id())) {
            return Optional.empty();
        }
        var buffer = path.reading().tryAcquire().orElse(null);
        if (buffer == null) {
            return Optional.empty();
        }
        var layout = place.layout();
        int column = layout.columnOf(place.first());
        var bytes = buffer.bytes().clear().limit(layout.pieceBytes(place.first()));
        if (!current.readCellNow(column, layout.cellStart(layout.stripeOf(place.first())), bytes)
                || !isRight(bytes.flip(), place.block().pieceCrcs()[place.first()])) {
            buffer.release();
            return Optional.empty();
        }
        return Optional.of(pieceOf(buffer, place.from(), place.to()));
    }

    private boolean isRight(ByteBuffer bytes, long expected) {
        crc.reset();
        crc.update(bytes.duplicate());
        return crc.getValue() == expected;
    }

    private static Step.Piece pieceOf(BufferPool.Buffer buffer, int from, int to) {
        return new Step.Piece(buffer.bytes().slice(from, to - from), buffer::release);
    }

    /// Ends the read; pieces that were read ahead are dropped.
    @Override
    public void close() {
        last = new Step.Unavailable("the reader is closed");
        drop(ready);
        ready.clear();
        var promised = ahead;
        if (promised != null) {
            ahead = null;
            promised.onDone(() -> drop(promised.await().pieces()));
        }
    }

    private static void drop(Collection<Step.Piece> pieces) {
        pieces.forEach(piece -> piece.release().run());
    }

    private void readAhead() {
        Tasks.Promise<Batch> promise = path.tasks().promise();
        ahead = promise;
        path.tasks().start("read-ahead", () -> {
            try {
                promise.complete(read());
            } catch (RuntimeException | Error e) {
                promise.fail(e);
                throw e;
            }
        });
    }

    /// Reads the next pieces: as many of a stripe as memory allows.
    private Batch read() {
        return switch (cursor.next(isMemoryAmple() ? Scheme.SHARDS_MAX : 1)) {
            case PieceCursor.Place.InMemory(var bytes, int from, int to) ->
                new Batch(List.of(new Step.Piece(bytes.buffer().slice(from, to - from), () -> {})), null, false);
            case PieceCursor.Place.InBlock place -> read(place);
            case PieceCursor.Place.End() -> Batch.end(new Step.End());
            case PieceCursor.Place.Gone(var reason) -> Batch.end(unavailable(reason));
        };
    }

    private Batch read(PieceCursor.Place.InBlock place) {
        var current = enter(place);
        if (current == null) {
            return Batch.end(
                    unavailable("copyset " + place.block().id().copyset() + " of " + place.block() + " is unknown"));
        }
        var layout = place.layout();
        var wanted = Slots.NONE;
        for (int piece = place.first(); piece <= place.last(); piece++) {
            wanted = wanted.with(layout.columnOf(piece));
        }
        var read = new StripeRead(path, current, layout.stripeOf(place.first()), wanted);
        return switch (read.run(begun ? MEMORY_WAIT : FIRST_MEMORY_WAIT)) {
            case StripeRead.Result.Cells(var cells) -> {
                var pieces = new ArrayList<Step.Piece>();
                for (int i = 0; i < cells.size(); i++) {
                    int piece = place.first() + i;
                    int from = i == 0 ? place.from() : 0;
                    int to = piece == place.last() ? place.to() : layout.pieceBytes(piece);
                    pieces.add(pieceOf(cells.get(i), from, to));
                }
                yield new Batch(pieces, null, read.waited());
            }
            case StripeRead.Result.Corrupt(var where) -> Batch.end(corrupt(where));
            case StripeRead.Result.Unavailable(var reason) -> Batch.end(unavailable(reason));
            case StripeRead.Result.NoMemory() -> Batch.end(new Step.NoMemory());
        };
    }

    private @Nullable Block enter(PieceCursor.Place.InBlock place) {
        if (block == null || !block.ref().id().equals(place.block().id())) {
            block = Block.of(path.fleet(), place.block(), place.layout()).orElse(null);
        }
        return block;
    }

    private static Step corrupt(String where) {
        LOG.error("corrupt: {}", where);
        return new Step.Corrupt(where);
    }

    private static Step unavailable(String reason) {
        LOG.error("unavailable: {}", reason);
        return new Step.Unavailable(reason);
    }
}

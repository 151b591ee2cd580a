package io.flywheel.objects;

import io.flywheel.base.BufferPool;
import io.flywheel.base.Crc64Nvme;
import io.flywheel.base.Tasks;
import io.flywheel.erasure.ErasureCode;
import io.flywheel.erasure.Scheme;
import io.flywheel.erasure.Slots;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One read of some data cells of one stripe, from whichever shards give them soonest: the cells themselves
/// where their disks are well, else any k, from which they are computed. What a slow shard holds up is asked of
/// another one as well, within the budget of {@link Hedging}; what is missing or wrong is reported and read
/// elsewhere. For one use.
final class StripeRead {
    /// How long to wait for the memory that a failed shard makes necessary.
    private static final Duration MORE_MEMORY_WAIT = Duration.ofSeconds(5);

    /// What a read came to.
    sealed interface Result {
        /// @param cells the wanted ones in order, verified, each from its buffer's start; the caller's to release
        record Cells(List<BufferPool.Buffer> cells) implements Result {}

        /// Shards could be read, but what they hold is not what was received.
        record Corrupt(String where) implements Result {}

        /// Too few shards can be read (now).
        record Unavailable(String reason) implements Result {}

        record NoMemory() implements Result {}
    }

    /// @param at where the shard was found, when nobody had looked it up
    private record Arrival(
            int shard, BufferPool.Buffer buffer, ShardStore.Read outcome, Optional<ShardStore.Located> at) {}

    private final DataPath path;
    private final Block block;
    private final BlockLayout layout;
    private final int stripe;
    private final Slots wanted;
    private final int needed;
    private final List<Integer> order;
    private final Tasks.Queue<Arrival> arrivals;
    private final ArrayDeque<BufferPool.Buffer> free = new ArrayDeque<>();
    private final BufferPool.@Nullable Buffer[] cells;
    private final List<String> problems = new ArrayList<>();
    private final Crc64Nvme crc = new Crc64Nvme();
    private Slots started = Slots.NONE;
    private Slots present = Slots.NONE;
    private Slots outstanding = Slots.NONE;
    private boolean corrupt;
    private boolean waited;
    private boolean starved;

    /// @param wanted data cells
    StripeRead(DataPath path, Block block, int stripe, Slots wanted) {
        this.path = path;
        this.block = block;
        this.layout = block.layout();
        this.stripe = stripe;
        this.wanted = wanted;
        int shards = layout.scheme().shards();
        needed = layout.columns();
        order = block.preferred();
        arrivals = path.tasks().queue(shards);
        cells = new BufferPool.Buffer[shards];
    }

    /// @param memoryWait how long to wait for buffers
    Result run(Duration memoryWait) {
        if (order.size() < needed) {
            return new Result.Unavailable(block + ": of its " + layout.scheme().shards() + " shards " + order.size()
                    + " can be asked, " + needed + " are needed");
        }
        var first = first();
        int computed = isCopies() ? 0 : wanted.minus(first).size();
        var acquired = path.reading().acquireAll(first.size() + computed, memoryWait);
        if (acquired.isEmpty()) {
            return new Result.NoMemory();
        }
        free.addAll(acquired.get());
        try {
            for (int shard : order) {
                if (first.contains(shard)) {
                    start(shard);
                }
            }
            return gather();
        } finally {
            end();
        }
    }

    /// Whether something had to be waited for.
    boolean waited() {
        return waited;
    }

    private boolean isCopies() {
        return layout.scheme() instanceof Scheme.Copies;
    }

    /// The wanted cells if they are among the best shards, else the best.
    private Slots first() {
        var best = Slots.NONE;
        for (int shard : order.subList(0, needed)) {
            best = best.with(shard);
        }
        return best.containsAll(wanted) ? wanted : best;
    }

    private Result gather() {
        boolean hedged = false;
        while (true) {
            var result = tryFinish();
            if (result.isPresent()) {
                return result.get();
            }
            if (!canFinish()) {
                if (!startNext(MORE_MEMORY_WAIT)) {
                    return failure();
                }
                continue;
            }
            boolean mayHedge = !hedged && started.size() < order.size();
            var arrival = mayHedge ? arrivals.take(path.hedging().delay()) : arrivals.take();
            if (arrival.isPresent()) {
                accept(arrival.get());
            } else {
                hedged = true;
                hedge();
            }
        }
    }

    /// Whether what is under way suffices if it comes well.
    private boolean canFinish() {
        var shards = present.plus(outstanding);
        return shards.size() >= needed || (!isCopies() && shards.containsAll(wanted));
    }

    /// Begins what would do without those that are under way.
    private void hedge() {
        int count = needed - present.size();
        for (int i = 0; i < count && path.hedging().mayHedge(); i++) {
            if (!startNext(Duration.ZERO)) {
                return;
            }
        }
    }

    private boolean startNext(Duration memoryWait) {
        for (int shard : order) {
            if (!started.contains(shard)) {
                if (!hasRoom(1, memoryWait)) {
                    return false;
                }
                start(shard);
                return true;
            }
        }
        return false;
    }

    private boolean hasRoom(int buffers, Duration memoryWait) {
        while (free.size() < buffers) {
            var more = memoryWait.isZero()
                    ? path.reading().tryAcquire()
                    : path.reading().acquire(memoryWait);
            if (more.isEmpty()) {
                // Who hedges does without.
                starved = !memoryWait.isZero();
                return false;
            }
            free.add(more.get());
        }
        return true;
    }

    private void start(int shard) {
        started = started.with(shard);
        var buffer = free.remove();
        if (isAtHand(shard, buffer)) {
            present = present.with(shard);
            cells[shard] = buffer;
            return;
        }
        outstanding = outstanding.with(shard);
        waited = true;
        path.tasks().start("read shard", () -> read(shard, buffer));
    }

    /// Reads a shard if that takes no waiting. Nobody else could be asked meanwhile, so it is only looked up
    /// here when there is nobody else.
    private boolean isAtHand(int shard, BufferPool.Buffer buffer) {
        if (!isCopies() && shard >= layout.columns()) {
            // Of parity there is no checksum but those of the disk.
            return false;
        }
        if (order.size() == needed && !block.isLocated(shard)) {
            block.locate(shard).ifPresent(at -> block.setLocated(shard, at));
        }
        var destination = buffer.bytes().clear().limit(layout.cellBytes(stripe));
        return block.readNow(shard, layout.cellStart(stripe), destination) && isRight(shard, destination.flip());
    }

    private void read(int shard, BufferPool.Buffer buffer) {
        ShardStore.Read outcome = new ShardStore.Read.Failed("the read was given up");
        Optional<ShardStore.Located> at = Optional.empty();
        try {
            var destination = buffer.bytes().clear().limit(layout.cellBytes(stripe));
            long began = path.clock().monotonicNanos();
            outcome = block.read(shard, layout.cellStart(stripe), destination);
            path.hedging().took(path.clock().monotonicNanos() - began);
            destination.flip();
            if (outcome instanceof ShardStore.Read.Found && !block.isLocated(shard)) {
                at = block.locate(shard);
            }
        } finally {
            if (!arrivals.offer(new Arrival(shard, buffer, outcome, at))) {
                buffer.release();
            }
        }
    }

    private void accept(Arrival arrival) {
        int shard = arrival.shard();
        outstanding = outstanding.minus(Slots.of(shard));
        arrival.at().ifPresent(at -> block.setLocated(shard, at));
        switch (arrival.outcome()) {
            case ShardStore.Read.Found() -> {
                present = present.with(shard);
                cells[shard] = arrival.buffer();
            }
            case ShardStore.Read.Missing() -> lose(arrival, "is missing", true);
            case ShardStore.Read.Corrupt(var where) -> {
                corrupt = true;
                lose(arrival, "is corrupt: " + where, true);
            }
            case ShardStore.Read.Failed(var reason) -> lose(arrival, "cannot be read: " + reason, false);
        }
    }

    private void lose(Arrival arrival, String what, boolean isDamage) {
        free.add(arrival.buffer());
        note(arrival.shard(), what, isDamage);
    }

    private void note(int shard, String what, boolean isDamage) {
        problems.add("shard " + shard + " " + what);
        if (isDamage) {
            block.report(shard, what);
        }
    }

    private Optional<Result> tryFinish() {
        if (isCopies()) {
            for (int shard : present.toArray()) {
                if (keepIfRight(shard)) {
                    return Optional.of(new Result.Cells(List.of(handOut(shard))));
                }
            }
            return Optional.empty();
        }
        if (present.containsAll(wanted)) {
            boolean right = true;
            for (int shard : wanted.toArray()) {
                right &= keepIfRight(shard);
            }
            return right ? Optional.of(handOutWanted()) : Optional.empty();
        }
        if (present.size() < needed) {
            return Optional.empty();
        }
        for (int shard : wanted.toArray()) {
            if (present.contains(shard) && !keepIfRight(shard)) {
                return Optional.empty();
            }
        }
        if (!hasRoom(wanted.minus(present).size(), MORE_MEMORY_WAIT)) {
            return Optional.of(failure());
        }
        return compute(present) ? Optional.of(handOutWanted()) : search();
    }

    /// A cell whose CRCs are right on its disk and that is not what was received: something went wrong in
    /// between.
    private boolean keepIfRight(int shard) {
        var buffer = require(shard);
        if (isRight(shard, buffer.bytes())) {
            return true;
        }
        corrupt = true;
        drop(shard);
        note(shard, "has another end-to-end checksum", true);
        return false;
    }

    private void drop(int shard) {
        free.add(require(shard));
        cells[shard] = null;
        present = present.minus(Slots.of(shard));
    }

    private BufferPool.Buffer require(int shard) {
        return Optional.ofNullable(cells[shard]).orElseThrow();
    }

    /// Computes what is wanted and not present from these, for which there is room; false when it comes out
    /// wrong.
    private boolean compute(Slots from) {
        var missing = wanted.minus(present);
        var stripeCells = new ByteBuffer[cells.length];
        Arrays.fill(stripeCells, ErasureCode.NO_CELL);
        for (int shard : from.toArray()) {
            stripeCells[shard] = require(shard).bytes();
        }
        for (int shard : missing.toArray()) {
            var buffer = free.remove();
            cells[shard] = buffer;
            stripeCells[shard] = buffer.bytes().clear().limit(layout.cellBytes(stripe));
        }
        path.codes().of(layout.scheme()).reconstruct(stripeCells, from, missing);
        boolean right = true;
        for (int shard : missing.toArray()) {
            right &= isRight(shard, require(shard).bytes());
        }
        for (int shard : missing.toArray()) {
            if (right) {
                present = present.with(shard);
            } else {
                free.add(require(shard));
                cells[shard] = null;
            }
        }
        return right;
    }

    /// What was computed is wrong, so one of its sources is, though its CRCs on the disk are right: with
    /// another shard to spare it is found by leaving each out once.
    private Optional<Result> search() {
        while (startNext(MORE_MEMORY_WAIT)) {
            // All that there are.
        }
        while (!outstanding.isEmpty()) {
            arrivals.take().ifPresent(this::accept);
        }
        if (starved || !hasRoom(wanted.minus(present).size(), MORE_MEMORY_WAIT)) {
            return Optional.of(failure());
        }
        corrupt = true;
        for (int suspect : present.toArray()) {
            var others = present.minus(Slots.of(suspect));
            if (others.size() >= needed && compute(others)) {
                note(suspect, "is not what the others say", true);
                return Optional.of(handOutWanted());
            }
        }
        problems.add("the shards contradict each other");
        return Optional.of(failure());
    }

    private Result handOutWanted() {
        var handed = new ArrayList<BufferPool.Buffer>();
        for (int shard : wanted.toArray()) {
            handed.add(handOut(shard));
        }
        return new Result.Cells(handed);
    }

    private BufferPool.Buffer handOut(int shard) {
        var buffer = require(shard);
        cells[shard] = null;
        return buffer;
    }

    private Result failure() {
        if (starved) {
            return new Result.NoMemory();
        }
        String what = "stripe " + stripe + " of " + block + ": " + String.join("; ", problems);
        return corrupt ? new Result.Corrupt(what) : new Result.Unavailable(what);
    }

    /// Whether a data cell, or a copy, is what was received.
    private boolean isRight(int shard, ByteBuffer cell) {
        int column = isCopies() ? 0 : shard;
        int piece = stripe * layout.columns() + column;
        if (piece >= layout.pieces()) {
            return true;
        }
        crc.reset();
        crc.update(cell.duplicate().position(0).limit(layout.pieceBytes(piece)));
        return crc.getValue() == block.ref().pieceCrcs()[piece];
    }

    /// Reads that are still under way give their buffers back themselves.
    private void end() {
        arrivals.close();
        for (var late = arrivals.poll(); late.isPresent(); late = arrivals.poll()) {
            late.get().buffer().release();
        }
        free.forEach(BufferPool.Buffer::release);
        for (var cell : cells) {
            if (cell != null) {
                cell.release();
            }
        }
    }
}

package io.flywheel.background;

import static io.flywheel.base.Check.check;

import io.flywheel.base.BlockId;
import io.flywheel.base.BufferPool;
import io.flywheel.base.Clock;
import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Slot;
import io.flywheel.base.WholeFile;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.StoredBlock;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.objects.ShardCheck;
import io.flywheel.objects.ShardCheck.Checked;
import io.flywheel.objects.ShardRebuild;
import io.flywheel.storage.RemoteDisk;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads every shard of every block once in a period, evenly over the time, and has what is missing or wrong mended.
/// It goes by the blocks that the namespace knows, in their order, and reads all shards of each: so it sees what is
/// missing as well.
///
/// How far a pass has come is kept in a file, written now and then: a start goes on there. A pass that is behind its
/// time reads as fast as the budget allows; one that {@link #scrubNow} asked for does so from its begin to its end.
public final class Scrub implements Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Scrub.class);

    private static final int BLOCKS_PER_STEP = 16;
    private static final int BLOCKS_COUNTED_PER_STEP = 4096;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration SAVE = Duration.ofSeconds(30);

    /// How far ahead of its time a pass may be, as a share of the period.
    private static final double AHEAD = 1e-4;

    /// @param period in which everything is read once
    /// @param bytesPerSecond of each disk at most
    /// @param slowdownMax how much slower it is at most on disks that others use
    public record Options(Duration period, long bytesPerSecond, double slowdownMax) {
        public Options {
            check(period.isPositive(), "period");
        }
    }

    private final Fleet fleet;
    private final Namespace namespace;
    private final Disks disks;
    private final DamageReports reports;
    private final WholeFile file;
    private final Clock clock;
    private final Options options;
    private final ShardCheck check;
    private final DiskBudgets budgets;
    private final Presence presence;
    private final Meter meter;

    private ScrubCursor cursor;
    private boolean isResting;
    private long savedNanos;
    /// Where the blocks of the pass are being counted, so that it can be paced.
    private Optional<BlockId> countedTo = Optional.empty();
    private long waitUntilNanos;
    private final AtomicLong readBytes = new AtomicLong();
    private final AtomicLong wrongShards = new AtomicLong();
    private volatile boolean wanted;
    private volatile Progress progress = Progress.none();

    /// @param file where it notes how far it is
    /// @param pool of pieces
    public Scrub(
            Fleet fleet,
            Namespace namespace,
            Disks disks,
            DamageReports reports,
            WholeFile file,
            BufferPool pool,
            Clock clock,
            Options options) {
        this.fleet = fleet;
        this.namespace = namespace;
        this.disks = disks;
        this.reports = reports;
        this.file = file;
        this.clock = clock;
        this.options = options;
        check = new ShardCheck(pool);
        budgets = new DiskBudgets(disks, clock, options.bytesPerSecond(), options.slowdownMax());
        presence = new Presence(fleet.map(), disks, clock);
        meter = new Meter(clock);
        savedNanos = clock.monotonicNanos();
        waitUntilNanos = savedNanos;
        cursor = new ScrubCursor(clock.unixMillis(), new BlockId(0, 1, 0), 0, 0, false);
        var saved = file.read(ScrubCursor.BYTES) instanceof WholeFile.Read.Whole(var bytes)
                ? ScrubCursor.decode(bytes)
                : Optional.<ScrubCursor>empty();
        countedTo = Optional.of(cursor.next());
        saved.ifPresent(found -> cursor = found.withTotal(0));
    }

    @Override
    public String name() {
        return "scrub";
    }

    @Override
    public Progress progress() {
        return progress;
    }

    /// Bytes read since the start.
    public long readBytes() {
        return readBytes.get();
    }

    /// Shards found wrong or missing since the start.
    public long wrongShards() {
        return wrongShards.get();
    }

    /// Reads everything once, as fast as the budget allows, from the begin; from any task.
    public void scrubNow() {
        wanted = true;
    }

    @Override
    public Step step() {
        if (wanted) {
            wanted = false;
            isResting = false;
            begin(true);
        }
        if (countedTo.isPresent()) {
            return count(countedTo.get());
        }
        long now = clock.monotonicNanos();
        if (waitUntilNanos - now > 0) {
            return new Step.Throttled(shorter(Duration.ofNanos(waitUntilNanos - now)));
        }
        Duration early = early();
        if (early.isPositive()) {
            tell();
            return new Step.Throttled(shorter(early));
        }
        if (isResting) {
            begin(false);
            return new Step.Busy();
        }
        var step = read();
        if (clock.monotonicNanos() - savedNanos >= SAVE.toNanos()) {
            save();
        }
        tell();
        return step;
    }

    private void begin(boolean isHurried) {
        isResting = false;
        cursor = new ScrubCursor(clock.unixMillis(), new BlockId(0, 1, 0), 0, 0, isHurried);
        countedTo = Optional.of(cursor.next());
        save();
    }

    private Step count(BlockId from) {
        var page = namespace.blocks(from, BLOCKS_COUNTED_PER_STEP);
        cursor = cursor.withTotal(cursor.total() + page.size());
        countedTo = page.size() < BLOCKS_COUNTED_PER_STEP
                ? Optional.empty()
                : Optional.of(ScrubCursor.after(page.getLast()));
        return new Step.Busy();
    }

    private static Duration shorter(Duration delay) {
        return delay.compareTo(LOOK) < 0 ? delay : LOOK;
    }

    /// How long the pass is ahead of its time. The wall clock may jump; then it reads a little early, or late.
    private Duration early() {
        long period = options.period().toMillis();
        double share = isResting ? 1 : (double) cursor.blocks() / Math.max(cursor.total(), cursor.blocks() + 1);
        long now = clock.unixMillis();
        if (now < cursor.begunMillis()) {
            // Set back: to wait until then might be to wait for years. It goes on as if it were in its time.
            cursor = cursor.begunAt(now - (long) (share * period));
        }
        long elapsed = Math.clamp(now - cursor.begunMillis(), 0, period);
        if (isResting) {
            return Duration.ofMillis(period - elapsed);
        }
        if (cursor.isHurried()) {
            return Duration.ZERO;
        }
        double ahead = share - (double) elapsed / period;
        return ahead > AHEAD ? Duration.ofMillis((long) (ahead * period)) : Duration.ZERO;
    }

    private Step read() {
        if (reports.isFull()) {
            return new Step.Throttled(LOOK);
        }
        presence.look(fleet.map());
        var page = namespace.storedBlocks(cursor.next(), BLOCKS_PER_STEP);
        if (page.isEmpty()) {
            LOG.info(
                    "every shard of {} blocks was read, {} of which wrong since the start",
                    cursor.blocks(),
                    wrongShards);
            isResting = true;
            save();
            return new Step.Throttled(LOOK);
        }
        long bytes = 0;
        for (StoredBlock block : page) {
            bytes += block.ref().map(this::read).orElse(0L);
            cursor = cursor.past(block.id());
        }
        meter.add(bytes);
        readBytes.addAndGet(bytes);
        return new Step.Throttled(Duration.ZERO);
    }

    /// Reads the shards of a block; returns how many bytes those are.
    private long read(BlockRef ref) {
        Copyset copyset = fleet.map().copyset(ref.id().copyset()).orElse(null);
        long bytes = 0;
        for (int slot = 0; copyset != null && slot < copyset.width(); slot++) {
            // What moves was read when it was copied, or is.
            if (ShardRebuild.hasShard(ref, slot) && copyset.slots().get(slot) instanceof Slot.Held(DiskId disk)) {
                bytes += read(ref, slot, disk);
            }
        }
        return bytes;
    }

    private long read(BlockRef ref, int slot, DiskId disk) {
        RemoteDisk remote = disks.disk(disk).orElse(null);
        if (remote == null || !presence.isHere(disk)) {
            return 0;
        }
        long bytes = ShardRebuild.shardBytes(ref);
        switch (check.check(ref, slot, remote.store(_ -> 0))) {
            case Checked.Right _, Checked.NotThere() -> {}
            case Checked.Unknown(var reason) -> LOG.debug("{} on disk {} cannot be read: {}", ref, disk, reason);
            case Checked.Wrong(var what) -> {
                if (isStillReferenced(ref)) {
                    wrongShards.incrementAndGet();
                    reports.report(new ShardId(ref.id(), slot), disk, what);
                }
            }
        }
        budgets.take(disk, bytes, false);
        waitUntilNanos = Math.max(
                waitUntilNanos, clock.monotonicNanos() + budgets.delay(disk).toNanos());
        return bytes;
    }

    private boolean isStillReferenced(BlockRef ref) {
        return namespace.storedBlocks(ref.id(), 1).stream()
                .anyMatch(block -> block.ref().equals(Optional.of(ref)));
    }

    private void save() {
        savedNanos = clock.monotonicNanos();
        if (!file.replace(cursor.encode()).done()) {
            LOG.warn("how far the scrub is cannot be written; the next start begins a pass anew");
        }
    }

    private void tell() {
        long total = Math.max(cursor.total(), cursor.blocks());
        String now = isResting
                ? "has read everything; waits for the next period"
                : cursor.isHurried() ? "reads everything at once" : "reads everything in " + options.period();
        double share = total == 0 ? 0 : (double) cursor.blocks() / total;
        long elapsed = Math.max(1, clock.unixMillis() - cursor.begunMillis());
        Optional<Duration> left = isResting || share == 0
                ? Optional.empty()
                : Optional.of(Duration.ofMillis((long) (elapsed / share * (1 - share))));
        progress = new Progress(now, "blocks", cursor.blocks(), total, meter.perSecond(), left, List.of());
    }
}

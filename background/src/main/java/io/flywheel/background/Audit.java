package io.flywheel.background;

import static io.flywheel.base.Check.check;

import io.flywheel.base.BlockId;
import io.flywheel.base.Clock;
import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.StoredBlock;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.objects.ObjectData;
import io.flywheel.shardstore.IndexUnreadable;
import io.flywheel.shardstore.Persisted;
import io.flywheel.storage.RemoteDisk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Compares what every disk holds with what the namespace knows, both ways, disk after disk. Both are ordered by block,
/// so that it is a merge of two streams.
///
/// - A shard that the namespace knows of and the disk of its slot lacks is reported to the repair.
/// - A shard is removed that nothing references and nothing can come to reference, since its write lease is closed or
///   its commit was decided, and one that is on a disk whose slot it is not any more, while the disk of its slot has
/// it.
///   Either only after it was found so for as long as the grace. A start grants the grace anew.
///
/// When more would go than crashes and moves can have left, the namespace is probably not the one that belongs to the
/// disks, and nothing is removed: that is an alarm.
public final class Audit implements Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Audit.class);

    /// So many shards may always go: more than uploads in flight leave, also on disks that hold nothing else.
    static final int BOUND_SHARDS = 4096;
    /// Beyond that, one in so many of the shards on all disks.
    static final int BOUND_SHARE = 10;

    /// Shards to remove that are remembered; more are found again.
    private static final int REMEMBERED_MAX = 1 << 16;

    private static final int REMOVED_PER_STEP = 256;
    private static final Duration FAILURE_WAIT = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofSeconds(1);

    /// @param grace how long a shard must have been unreferenced before it is removed
    /// @param period from the end of one pass to the begin of the next; a pass also begins when a grace is over
    /// @param boundShards how many shards may always go
    public record Options(Duration grace, Duration period, int boundShards) {
        public Options {
            check(!grace.isNegative(), "grace");
            check(period.isPositive(), "period");
            check(boundShards >= 0, "boundShards");
        }

        public static Options of(Duration grace, Duration period) {
            return new Options(grace, period, BOUND_SHARDS);
        }
    }

    private enum Phase {
        REST,
        COMPARE,
        REMOVE
    }

    private final Fleet fleet;
    private final Namespace namespace;
    private final ObjectData data;
    private final Disks disks;
    private final DamageReports reports;
    private final Clock clock;
    private final Options options;
    private final Presence presence;

    private Phase phase = Phase.REST;
    private long nextPassNanos;
    private List<DiskId> toCompare = List.of();
    private BlockId from = new BlockId(0, 1, 0);
    private long shards;
    private long suspects;
    private long reported;
    private long removed;
    private int disksOfPass;
    private SortedMap<DamageReports.Report, Long> seenBefore = new TreeMap<>();
    /// Shards that may have to go, and since when they are known.
    private SortedMap<DamageReports.Report, Long> seen = new TreeMap<>();
    private List<DamageReports.Report> toRemove = List.of();
    private volatile Optional<String> alarm = Optional.empty();
    private volatile Progress progress = Progress.none();
    private volatile boolean wanted;

    public Audit(
            Fleet fleet,
            Namespace namespace,
            ObjectData data,
            Disks disks,
            DamageReports reports,
            Clock clock,
            Options options) {
        this.fleet = fleet;
        this.namespace = namespace;
        this.data = data;
        this.disks = disks;
        this.reports = reports;
        this.clock = clock;
        this.options = options;
        presence = new Presence(fleet.map(), disks, clock);
        nextPassNanos = clock.monotonicNanos();
    }

    @Override
    public String name() {
        return "audit";
    }

    @Override
    public Progress progress() {
        return progress;
    }

    /// Why nothing is removed, where so many shards are unreferenced that it cannot be right.
    public Optional<String> alarm() {
        return alarm;
    }

    /// Begins a pass as soon as none is under way; from any task.
    public void auditNow() {
        wanted = true;
    }

    @Override
    public Step step() {
        var step = switch (phase) {
            case REST -> rest();
            case COMPARE -> compare();
            case REMOVE -> remove();
        };
        tell();
        return step;
    }

    private Step rest() {
        if (!wanted && nextPassNanos - clock.monotonicNanos() > 0) {
            return new Step.Throttled(LOOK);
        }
        wanted = false;
        presence.look(fleet.map());
        toCompare = new ArrayList<>(
                fleet.map().disks().keySet().stream().filter(presence::isHere).toList());
        disksOfPass = toCompare.size();
        from = new BlockId(0, 1, 0);
        shards = 0;
        suspects = 0;
        seenBefore = seen;
        seen = new TreeMap<>();
        phase = Phase.COMPARE;
        return new Step.Busy();
    }

    private Step compare() {
        if (toCompare.isEmpty()) {
            return endComparison();
        }
        presence.look(fleet.map());
        DiskId disk = toCompare.getFirst();
        RemoteDisk remote = disks.disk(disk).orElse(null);
        if (remote == null || !presence.isHere(disk)) {
            // It is compared when it is back.
            nextDisk();
            return new Step.Busy();
        }
        if (reports.isFull()) {
            return new Step.Throttled(LOOK);
        }
        var range = new AuditedRange(fleet.map(), namespace, disk, remote);
        try {
            range.compare(from);
        } catch (IndexUnreadable unreadable) {
            LOG.warn("disk {} cannot be audited: {}", disk, unreadable.getMessage());
            nextDisk();
            return new Step.Throttled(LOOK);
        }
        shards += range.shards();
        for (ShardId shard : range.missing()) {
            reported++;
            reports.report(shard, disk, "is missing");
        }
        for (ShardId shard : range.unreferenced()) {
            if (data.isDecided(shard.block())) {
                suspect(shard, disk);
            }
        }
        range.misplaced().forEach(shard -> suspect(shard, disk));
        range.next().ifPresentOrElse(next -> from = next, this::nextDisk);
        return new Step.Busy();
    }

    private void nextDisk() {
        toCompare.removeFirst();
        from = new BlockId(0, 1, 0);
    }

    private void suspect(ShardId shard, DiskId disk) {
        suspects++;
        if (seen.size() < REMEMBERED_MAX) {
            var found = new DamageReports.Report(shard, disk);
            Long since = seenBefore.get(found);
            seen.put(found, since != null ? since : clock.monotonicNanos());
        }
    }

    private long bound() {
        return Math.max(options.boundShards(), shards / BOUND_SHARE);
    }

    private Step endComparison() {
        seenBefore = new TreeMap<>();
        if (suspects > bound()) {
            alarm = Optional.of(suspects + " of " + shards + " shards are unreferenced, more than the " + bound()
                    + " that crashes and moves can explain: none is removed; does the namespace belong to"
                    + " these disks?");
            LOG.error("ALARM: {}", alarm.get());
            return endPass();
        }
        alarm = Optional.empty();
        long now = clock.monotonicNanos();
        toRemove = seen.entrySet().stream()
                .filter(entry -> now - entry.getValue() >= options.grace().toNanos())
                .map(Map.Entry::getKey)
                .toList();
        phase = Phase.REMOVE;
        return new Step.Busy();
    }

    private Step remove() {
        if (toRemove.isEmpty()) {
            return endPass();
        }
        DiskId disk = toRemove.getFirst().disk();
        var batch = toRemove.stream()
                .limit(REMOVED_PER_STEP)
                .takeWhile(found -> found.disk().equals(disk))
                .toList();
        toRemove = toRemove.subList(batch.size(), toRemove.size());
        batch.forEach(found -> seen.remove(found));
        presence.look(fleet.map());
        RemoteDisk remote = disks.disk(disk).orElse(null);
        if (remote == null || !presence.isHere(disk)) {
            return new Step.Busy();
        }
        var going = batch.stream()
                .map(DamageReports.Report::shard)
                .filter(shard -> mayGo(shard, disk))
                .toList();
        if (going.isEmpty()) {
            return new Step.Busy();
        }
        var store = remote.store(
                copyset -> fleet.map().copyset(copyset).map(Copyset::epoch).orElse(0));
        if (store.deleteAll(going).await() instanceof Persisted.Lost(var reason)) {
            LOG.warn("unreferenced shards on disk {} cannot be removed: {}", disk, reason);
            return new Step.Throttled(FAILURE_WAIT);
        }
        removed += going.size();
        LOG.info("{} shards on disk {} that nothing references are removed", going.size(), disk);
        return new Step.Busy();
    }

    /// Whether the shard is still what it was found to be. It was decided before whether its block is committed: what
    /// is not referenced now never will be.
    private boolean mayGo(ShardId shard, DiskId disk) {
        var stored = namespace.storedBlocks(shard.block(), 1).stream()
                .filter(block -> block.id().equals(shard.block()))
                .findFirst();
        boolean held = fleet.map()
                .copyset(shard.block().copyset())
                .map(copyset -> shard.slot() < copyset.width()
                        && copyset.slots().get(shard.slot()).names(disk))
                .orElse(true);
        if (stored.isEmpty()) {
            return true;
        }
        return !held && stored.flatMap(StoredBlock::ref).isPresent() && isWhereItBelongs(shard);
    }

    /// Whether the disk that the shard's slot is on has it.
    private boolean isWhereItBelongs(ShardId shard) {
        return fleet.map()
                .copyset(shard.block().copyset())
                .map(copyset -> copyset.slots().get(shard.slot()).target())
                .filter(presence::isHere)
                .flatMap(disks::disk)
                .map(holder -> {
                    try {
                        return holder.store(_ -> 0).length(shard).isPresent();
                    } catch (IndexUnreadable unreadable) {
                        return false;
                    }
                })
                .orElse(false);
    }

    private Step endPass() {
        phase = Phase.REST;
        Duration wait = seen.isEmpty() || alarm.isPresent() ? options.period() : shorter(options.grace());
        nextPassNanos = clock.monotonicNanos() + wait.toNanos();
        return new Step.Throttled(LOOK);
    }

    private Duration shorter(Duration grace) {
        Duration pause = grace.plus(LOOK);
        return pause.compareTo(options.period()) < 0 ? pause : options.period();
    }

    private void tell() {
        String now = switch (phase) {
            case REST -> "waits for the next pass";
            case COMPARE -> "compares disks with the namespace";
            case REMOVE -> "removes what nothing references";
        };
        int done = phase == Phase.COMPARE ? disksOfPass - toCompare.size() : disksOfPass;
        progress =
                Progress.of(now, "disks", done, disksOfPass, 0, alarm.stream().toList());
    }

    /// Shards that were removed since the start.
    public long removedShards() {
        return removed;
    }

    /// Shards that were found missing since the start.
    public long missingShards() {
        return reported;
    }
}

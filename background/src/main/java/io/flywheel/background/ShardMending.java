package io.flywheel.background;

import io.flywheel.base.BlockId;
import io.flywheel.base.Clock;
import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Slot;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.StoredBlock;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.objects.ShardCheck;
import io.flywheel.objects.ShardCheck.Checked;
import io.flywheel.objects.ShardRebuild;
import io.flywheel.objects.ShardRebuild.Rebuilt;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.storage.RemoteDisk;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes single shards anew that are missing or wrong on a disk that is there. A report is not believed: the shard is
/// read first, since what was wrong may have been the memory it was read into. For one task at a time.
final class ShardMending {
    private static final Logger LOG = LoggerFactory.getLogger(ShardMending.class);

    private static final Duration FAILURE_WAIT = Duration.ofSeconds(10);

    private final Fleet fleet;
    private final Namespace namespace;
    private final ShardRebuild rebuild;
    private final ShardCheck check;
    private final Disks disks;
    private final Presence presence;
    private final DamageReports reports;
    private final Clock clock;
    private final SortedMap<DamageReports.Report, Later> later = new TreeMap<>();

    private record Later(long untilNanos, String why) {}

    /// @param left how many more shards of the block may be lost, as far as it is known
    record Task(DamageReports.Report report, int left) {
        DiskId disk() {
            return report.disk();
        }
    }

    ShardMending(
            Fleet fleet,
            Namespace namespace,
            ShardRebuild rebuild,
            ShardCheck check,
            Disks disks,
            Presence presence,
            DamageReports reports,
            Clock clock) {
        this.fleet = fleet;
        this.namespace = namespace;
        this.rebuild = rebuild;
        this.check = check;
        this.disks = disks;
        this.presence = presence;
        this.reports = reports;
        this.clock = clock;
    }

    boolean isEmpty() {
        return reports.size() == 0;
    }

    int size() {
        return reports.size();
    }

    List<String> alarms() {
        return later.values().stream()
                .map(Later::why)
                .filter(why -> !why.isEmpty())
                .distinct()
                .limit(8)
                .toList();
    }

    /// The report about the block with least redundancy left, of those that can be looked into now.
    Optional<Task> next() {
        if (isEmpty()) {
            return Optional.empty();
        }
        var waiting = reports.waiting();
        var reported = new TreeMap<BlockId, Integer>();
        waiting.forEach(report -> reported.merge(report.shard().block(), 1, Integer::sum));
        long now = clock.monotonicNanos();
        return waiting.stream()
                .filter(report -> {
                    Later until = later.get(report);
                    return until == null || until.untilNanos() - now <= 0;
                })
                .map(report -> new Task(
                        report,
                        left(report.shard().block())
                                - reported.getOrDefault(report.shard().block(), 0)))
                .min(Comparator.comparingInt(Task::left).thenComparing(Task::report));
    }

    private int left(BlockId block) {
        return fleet.map()
                .copyset(block.copyset())
                .map(copyset -> copyset.parity()
                        - (int) copyset.slots().stream()
                                .filter(slot -> !presence.isWhole(slot))
                                .count())
                .orElse(0);
    }

    void later(Task task, Duration delay) {
        later.put(task.report(), new Later(clock.monotonicNanos() + delay.toNanos(), ""));
    }

    /// Looks into a report; returns how many bytes were written.
    long mend(Task task) {
        ShardId shard = task.report().shard();
        Optional<BlockRef> ref = referenced(shard.block());
        Optional<Copyset> copyset = fleet.map().copyset(shard.block().copyset());
        boolean held = copyset.isPresent()
                && shard.slot() < copyset.get().width()
                && copyset.get().slots().get(shard.slot()).target().equals(task.disk());
        RemoteDisk disk = disks.disk(task.disk()).orElse(null);
        if (ref.isEmpty() || !held || disk == null || !presence.isHere(task.disk())) {
            // Deleted, moved, or the move's to bring; what is missing on a disk that is gone the audit finds again.
            settle(task);
            return 0;
        }
        int epoch = copyset.get().epoch();
        ShardStore store = disk.store(_ -> epoch);
        return switch (check.check(ref.get(), shard.slot(), store)) {
            case Checked.Right _, Checked.NotThere() -> {
                settle(task);
                yield 0;
            }
            case Checked.Unknown(var reason) -> {
                postpone(task, reason);
                yield 0;
            }
            case Checked.Wrong(var what) -> {
                boolean moving = copyset.get().slots().get(shard.slot()) instanceof Slot.Moving;
                if (moving && what.equals("is missing")) {
                    settle(task);
                    yield 0;
                }
                yield made(task, rebuild.rebuild(ref.get(), shard.slot(), task.disk(), store), store);
            }
        };
    }

    private long made(Task task, Rebuilt outcome, ShardStore store) {
        ShardId shard = task.report().shard();
        switch (outcome) {
            case Rebuilt.Stored(long bytes) -> {
                if (referenced(shard.block()).isEmpty()) {
                    store.delete(shard);
                }
                LOG.info("{} on disk {} was made anew", shard, task.disk());
                settle(task);
                return bytes;
            }
            case Rebuilt.NotThere() -> settle(task);
            case Rebuilt.Unavailable(var reason) -> postpone(task, reason);
            case Rebuilt.Corrupt(var where) -> postpone(task, where);
            case Rebuilt.NoMemory() -> postpone(task, "no memory");
            case Rebuilt.Full() -> postpone(task, "disk " + task.disk() + " is full");
            case Rebuilt.Refused(var reason) -> postpone(task, "disk " + task.disk() + ": " + reason);
        }
        return 0;
    }

    private void settle(Task task) {
        reports.remove(task.report());
        later.remove(task.report());
    }

    private void postpone(Task task, String why) {
        later.put(task.report(), new Later(clock.monotonicNanos() + FAILURE_WAIT.toNanos(), why));
    }

    private Optional<BlockRef> referenced(BlockId id) {
        return namespace.storedBlocks(id, 1).stream()
                .filter(block -> block.id().equals(id))
                .findFirst()
                .flatMap(StoredBlock::ref);
    }
}

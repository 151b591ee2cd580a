package io.flywheel.namespace;

import static io.flywheel.base.Check.checkState;

import io.flywheel.base.DiskId;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.namespace.fleet.FleetCommand.SetNamespaceHolders;
import io.flywheel.namespace.fleet.FleetOutcome;
import io.flywheel.namespace.fleet.Holders;
import io.flywheel.namespace.log.QuorumLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which disks hold the log: as many as wanted, far apart, and others in the place of those that are missing,
/// fail, or are drained. Where no other can take its place, a missing disk keeps it.
///
/// A change goes in steps, so that a crash at any of them leaves a majority that has everything, whichever
/// holders the fleet's map then names. The disks that join are brought up to date, which does not count yet.
/// Then an entry counts when a majority of the holders before and one of those after has it; when all that was
/// acknowledged is there, the map is changed; then those after count alone. While it is not known whether the
/// map was changed, both count.
final class LogHolders {
    static final AccountId OPERATOR = new AccountId("0".repeat(64));

    private static final Logger LOG = LoggerFactory.getLogger(LogHolders.class);

    /// Whatever may change the answer calls for a look; this is for what was overlooked, and for a map that
    /// could not be written.
    private static final Duration LOOK = Duration.ofSeconds(10);

    private final Fleet fleet;
    private final IntSupplier wanted;
    private final EmbeddedNamespace.Surroundings surroundings;
    private final Copies copies;
    private final QuorumLog log;
    private final LiveTables tables;
    private final CommandPipeline pipeline;
    private final Tasks.Queue<Boolean> attention;
    private final Tasks.Mutex mutex;
    private final Tasks.Task task;

    /// A change of which it is not known whether it was made.
    private Optional<SetNamespaceHolders> undecided = Optional.empty();

    LogHolders(
            Fleet fleet,
            IntSupplier wanted,
            EmbeddedNamespace.Surroundings surroundings,
            Copies copies,
            QuorumLog log,
            LiveTables tables,
            CommandPipeline pipeline) {
        this.fleet = fleet;
        this.wanted = wanted;
        this.surroundings = surroundings;
        this.copies = copies;
        this.log = log;
        this.tables = tables;
        this.pipeline = pipeline;
        this.attention = surroundings.tasks().queue(1);
        this.mutex = surroundings.tasks().mutex();
        log.watch(this::look);
        this.task = surroundings.tasks().start("namespace-holders", this::run);
        attention.offer(true);
    }

    List<DiskId> current() {
        return fleet.map().namespaceHolders();
    }

    void attach(NamespaceDisk disk) {
        mutex.lock();
        try {
            copies.attach(disk);
            if (current().contains(disk.id())) {
                log.attach(disk.id(), disk.log());
            }
        } finally {
            mutex.unlock();
        }
        look();
    }

    void detach(DiskId disk) {
        mutex.lock();
        try {
            log.detach(disk);
            copies.detach(disk);
        } finally {
            mutex.unlock();
        }
        look();
    }

    /// Looks soon whether others should hold the log.
    void look() {
        attention.offer(true);
    }

    private void run() {
        while (!attention.isClosed()) {
            attention.take(LOOK);
            if (!attention.isClosed()) {
                change();
            }
        }
    }

    private void change() {
        List<DiskId> before = current();
        Optional<SetNamespaceHolders> begun = undecided;
        List<DiskId> after = begun.isPresent()
                ? begun.get().holders()
                : Holders.ofLog(fleet.map(), before, wanted.getAsInt(), this::usable);
        if (begun.isEmpty() && after.equals(before)) {
            // Those that were to join are not needed any more, but for the tables.
            List<DiskId> needed = new ArrayList<>(before);
            needed.add(tables.current().disk().id());
            detachBut(needed);
            return;
        }
        if (begun.isEmpty()) {
            if (!joined(before, after)) {
                return;
            }
            log.require(List.of(before, after));
            if (!log.caughtUp(LOOK)) {
                log.require(List.of(before));
                return;
            }
        }
        SetNamespaceHolders command =
                begun.orElseGet(() -> new SetNamespaceHolders(NamespaceStart.stamp(surroundings), after));
        switch (fleet.apply(command)) {
            case FleetOutcome.Refused(var refusal, var detail)
            when refusal == FleetOutcome.Refusal.UNAVAILABLE -> {
                LOG.warn("it is not known whether other disks hold the namespace's log now: {}", detail);
                undecided = Optional.of(command);
            }
            case FleetOutcome.Refused(var refusal, var detail) -> {
                LOG.warn("other disks cannot hold the namespace's log: {} {}", refusal, detail);
                undecided = Optional.empty();
                log.require(List.of(before));
            }
            case FleetOutcome.Done _, FleetOutcome.SlotChanged _, FleetOutcome.LeaseOpened _ -> {
                undecided = Optional.empty();
                List<DiskId> named = fleet.map().namespaceHolders();
                checkState(named.size() == after.size() && named.containsAll(after), "the map names others");
                log.require(List.of(after));
                LOG.info("the namespace's log is held by the disks {}", after);
                leave(after);
            }
        }
    }

    /// Whether the disk is here and takes the log, as far as is known.
    private boolean usable(DiskId disk) {
        return copies.disk(disk).isPresent() && log.state(disk) != QuorumLog.State.FAILED;
    }

    /// Whether those that join have the log; where they do not yet, it is brought to them.
    private boolean joined(List<DiskId> before, List<DiskId> after) {
        List<DiskId> joining = new ArrayList<>(after);
        joining.removeAll(before);
        mutex.lock();
        try {
            for (DiskId disk : joining) {
                if (log.state(disk) == QuorumLog.State.ABSENT) {
                    copies.disk(disk).ifPresent(here -> log.attach(disk, here.log()));
                }
            }
        } finally {
            mutex.unlock();
        }
        return joining.stream().allMatch(disk -> log.state(disk) == QuorumLog.State.IN_SYNC);
    }

    /// The others are not written to any more, and do not keep the tables.
    private void leave(List<DiskId> holders) {
        Tables now = tables.current();
        if (!holders.contains(now.disk().id())
                && tables.broken(now, "their disk does not hold the log any more", null)) {
            pipeline.lookAtTables();
        }
        detachBut(holders);
    }

    private void detachBut(List<DiskId> some) {
        mutex.lock();
        try {
            for (NamespaceDisk disk : copies.disks()) {
                if (!some.contains(disk.id())) {
                    log.detach(disk.id());
                }
            }
        } finally {
            mutex.unlock();
        }
    }

    void close() {
        attention.close();
        task.join();
    }
}

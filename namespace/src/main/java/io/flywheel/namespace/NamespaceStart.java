package io.flywheel.namespace;

import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.namespace.Command.Stamp;
import io.flywheel.namespace.EmbeddedNamespace.Opened;
import io.flywheel.namespace.EmbeddedNamespace.Options;
import io.flywheel.namespace.EmbeddedNamespace.Start;
import io.flywheel.namespace.EmbeddedNamespace.Surroundings;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.namespace.fleet.FleetCommand.SetNamespaceHolders;
import io.flywheel.namespace.fleet.FleetOutcome;
import io.flywheel.namespace.fleet.Holders;
import io.flywheel.namespace.log.LogStart;
import io.flywheel.namespace.log.LogStart.Started;
import io.flywheel.namespace.log.QuorumLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The start of the namespace: which disks hold it, which log is the newest, and tables as that log says.
final class NamespaceStart {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceStart.class);

    /// How long a command waits for disks, and a query for tables elsewhere.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String RESTORE = " Nothing was deleted. Restore the store's folder from a copy.";

    private final SortedMap<DiskId, NamespaceDisk> disks;
    private final Fleet fleet;
    private final long life;
    private final Start start;
    private final Surroundings surroundings;
    private final Options options;
    private final Copies copies;
    private final QuorumLog.Surroundings forLog;

    /// Takes checkpoints once there is one.
    private volatile @Nullable CommandPipeline pipeline;

    NamespaceStart(
            SortedMap<DiskId, NamespaceDisk> disks,
            Fleet fleet,
            long life,
            Start start,
            Surroundings surroundings,
            Options options) {
        this.disks = disks;
        this.fleet = fleet;
        this.life = life;
        this.start = start;
        this.surroundings = surroundings;
        this.options = options;
        this.copies = new Copies(surroundings.tasks(), options.cacheBytes());
        this.forLog =
                new QuorumLog.Surroundings(surroundings.tasks(), surroundings.clock(), PATIENCE, new Checkpointed());
    }

    Opened open() {
        disks.values().forEach(copies::attach);
        Opened opened = switch (log()) {
            case Started.Ready(QuorumLog log, List<String> remarks) -> {
                remarks.forEach(LOG::warn);
                yield withTables(log);
            }
            case Started.Nothing() ->
                new Opened.Refused("its log is missing. Nothing was changed. Bring back the log's extents, or restore"
                        + " the store's folder from a copy.");
            case Started.Refused(String why, boolean missing) ->
                new Opened.Refused(
                        missing && disks.size() < fleet.map().namespaceHolders().size()
                                ? why + ". Bring back the missing disks, or allow a start without them, which gives up"
                                        + " what may be missing."
                                : why + "." + RESTORE);
        };
        if (opened instanceof Opened.Refused) {
            copies.close();
        }
        return opened;
    }

    private Started log() {
        List<DiskId> holders = fleet.map().namespaceHolders();
        if (holders.isEmpty()) {
            return firstLog();
        }
        LogStart found = LogStart.find(logs(holders), forLog);
        if (start.make() && found.isNew() && disks.keySet().containsAll(holders)) {
            return found.create(identity(), life);
        }
        if (!start.minority() || found.readable().isEmpty()) {
            return found.begin(holders, life);
        }
        // Those that are missing lose their part before anything is acknowledged without them.
        List<DiskId> readable = found.readable();
        return readable.size() > holders.size() / 2 || record(readable)
                ? found.begin(readable.size() > holders.size() / 2 ? holders : readable, life)
                : notRecorded();
    }

    /// The fleet's map names no holders yet: there is the log of a store of one disk, or none.
    private Started firstLog() {
        LogStart all = LogStart.find(logs(List.copyOf(disks.keySet())), forLog);
        List<DiskId> found = all.found();
        if (found.size() > 1) {
            return new Started.Refused("several disks have a log, and the fleet's map names none of them", false);
        }
        if (!found.isEmpty()) {
            LogStart one = LogStart.find(logs(found), forLog);
            Started started = one.begin(found, life);
            if (started instanceof Started.Ready(QuorumLog log, var _) && !record(found)) {
                log.close();
                return notRecorded();
            }
            return started;
        }
        if (!start.make()) {
            return new Started.Nothing();
        }
        List<DiskId> holders =
                Holders.choose(fleet.map(), List.of(), start.copies().getAsInt(), disk -> disks.containsKey(disk));
        // Recorded first: logs that the map does not name would be in the way of the next try.
        return holders.isEmpty() || !record(holders)
                ? notRecorded()
                : LogStart.find(logs(holders), forLog).create(identity(), life);
    }

    private static Started notRecorded() {
        return new Started.Refused("the fleet's map cannot be changed, which says what disks hold its log", false);
    }

    private SortedMap<DiskId, Disk> logs(List<DiskId> ids) {
        SortedMap<DiskId, Disk> logs = new TreeMap<>();
        for (DiskId id : ids) {
            NamespaceDisk disk = disks.get(id);
            if (disk != null) {
                logs.put(id, disk.log());
            }
        }
        return logs;
    }

    private long identity() {
        return surroundings.random().nextLong() | 1;
    }

    private boolean record(List<DiskId> holders) {
        return fleet.apply(new SetNamespaceHolders(stamp(surroundings), holders)) instanceof FleetOutcome.Done;
    }

    static Stamp stamp(Surroundings surroundings) {
        return new Stamp(
                surroundings.random().nextLong() | 1,
                surroundings.random().nextLong(),
                surroundings.clock().unixMillis(),
                LogHolders.OPERATOR);
    }

    private Opened withTables(QuorumLog log) {
        List<NamespaceDisk> whole = disks.values().stream()
                .filter(disk -> log.persisted(disk.id()) > 0)
                .toList();
        List<String> passedOver = new ArrayList<>();
        return switch (copies.make(whole, log, log.nextPosition(), passedOver)) {
            case Copies.Made.Ready(Tables tables) -> {
                if (!passedOver.isEmpty()) {
                    LOG.warn("the namespace's tables were rebuilt: {}", String.join("; ", passedOver));
                }
                yield new Opened.Ready(serving(log, tables));
            }
            case Copies.Made.Refused(String why) -> {
                log.close();
                yield new Opened.Refused(why + "." + RESTORE);
            }
            case Copies.Made.PassedOver() -> {
                log.close();
                yield new Opened.Refused("its tables are damaged, and neither the newest checkpoint nor the log can"
                        + " make up for them (" + String.join("; ", passedOver)
                        + "). Nothing was deleted. Restore the store's folder from a copy, or begin a new store"
                        + " elsewhere.");
            }
        };
    }

    private EmbeddedNamespace serving(QuorumLog log, Tables tables) {
        LiveTables live = new LiveTables(surroundings.tasks(), surroundings.clock(), PATIENCE, copies, log, tables);
        CommandPipeline commands = new CommandPipeline(log, live, copies, surroundings.tasks(), options);
        pipeline = commands;
        LogHolders holders = new LogHolders(fleet, start.copies(), surroundings, copies, log, live, commands);
        return new EmbeddedNamespace(surroundings, copies, log, live, commands, holders, options);
    }

    private final class Checkpointed implements QuorumLog.Installer {
        @Override
        public OptionalLong checkpoint(DiskId disk) {
            return copies.checkpoint(disk);
        }

        /// A new checkpoint of the tables, or, before there are any, one that a disk with the whole log has.
        @Override
        public OptionalLong install(DiskId to, List<DiskId> whole) {
            CommandPipeline commands = pipeline;
            if (commands != null) {
                return commands.checkpointFor(to);
            }
            return whole.stream()
                    .map(from -> copies.copy(from, to))
                    .filter(OptionalLong::isPresent)
                    .findFirst()
                    .orElse(OptionalLong.empty());
        }
    }
}

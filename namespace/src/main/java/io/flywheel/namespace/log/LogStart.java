package io.flywheel.namespace.log;

import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.namespace.fleet.Quorum;
import io.flywheel.namespace.log.LogRecovery.Recovered;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The logs that the disks have when a process starts, and which of them is the log of all.
public final class LogStart {
    /// What a start came to.
    public sealed interface Started {
        /// A majority of the holders has the log, with an entry of this life.
        ///
        /// @param remarks for the operator: logs that are missing, damaged or behind
        record Ready(QuorumLog log, List<String> remarks) implements Started {}

        /// None of the disks has a log, and none that should is missing.
        record Nothing() implements Started {}

        /// @param missing whether too few disks are here, so that a start below the majority could help
        record Refused(String why, boolean missing) implements Started {}
    }

    private final SortedMap<DiskId, Disk> disks;
    private final QuorumLog.Surroundings surroundings;
    private final NavigableMap<DiskId, CommandLog> logs = new TreeMap<>();
    private final SortedMap<DiskId, String> damaged = new TreeMap<>();
    private final List<DiskId> empty = new ArrayList<>();

    private LogStart(SortedMap<DiskId, Disk> disks, QuorumLog.Surroundings surroundings) {
        this.disks = disks;
        this.surroundings = surroundings;
    }

    /// Looks at the logs of these disks.
    ///
    /// @param disks those of the holders that are here
    public static LogStart find(SortedMap<DiskId, Disk> disks, QuorumLog.Surroundings surroundings) {
        LogStart start = new LogStart(disks, surroundings);
        disks.forEach((id, disk) -> {
            switch (LogRecovery.recover(disk, surroundings.tasks())) {
                case Recovered.Ready(CommandLog log) -> start.logs.put(id, log);
                case Recovered.Nothing() -> start.empty.add(id);
                case Recovered.Refused(String why) -> start.damaged.put(id, why);
            }
        });
        return start;
    }

    /// The disks that have a log.
    public List<DiskId> found() {
        List<DiskId> found = new ArrayList<>(logs.keySet());
        found.addAll(damaged.keySet());
        return found;
    }

    /// The disks whose log can be read.
    public List<DiskId> readable() {
        return List.copyOf(logs.keySet());
    }

    /// Whether nothing was ever appended but what {@link #create} begins with.
    public boolean isNew() {
        return damaged.isEmpty() && logs.values().stream().allMatch(log -> log.nextPosition() <= 1);
    }

    /// Makes a new log on all of the disks.
    public Started create(long identity, long life) {
        List<String> remarks = new ArrayList<>();
        TreeMap<DiskId, CommandLog> made = new TreeMap<>();
        disks.forEach((id, disk) -> {
            if (logs.containsKey(id) && LogRecovery.erase(disk) < 0) {
                remarks.add("disk " + id + ": the log cannot be written");
                return;
            }
            switch (LogRecovery.create(disk, surroundings.tasks(), identity, life)) {
                case Recovered.Ready(CommandLog log) -> made.put(id, log);
                case Recovered.Nothing() -> remarks.add("disk " + id + ": nothing was made");
                case Recovered.Refused(String why) -> remarks.add("disk " + id + ": " + why);
            }
        });
        List<DiskId> holders = List.copyOf(disks.keySet());
        if (!Quorum.majority(holders).reached(made.keySet())) {
            return new Started.Refused(String.join("; ", remarks), false);
        }
        CommandLog first = made.firstEntry().getValue();
        QuorumLog log =
                new QuorumLog(surroundings, identity, life, new Boundary(first.nextPosition(), first.link()), holders);
        disks.forEach((id, disk) -> log.attach(id, disk, Optional.ofNullable(made.get(id)), made.containsKey(id)));
        return new Started.Ready(log, remarks);
    }

    /// Begins a life of the log of these holders.
    ///
    /// @param life greater than that of every start before
    public Started begin(List<DiskId> holders, long life) {
        if (logs.isEmpty()) {
            return damaged.isEmpty() && empty.containsAll(holders)
                    ? new Started.Nothing()
                    : new Started.Refused(describe(holders), true);
        }
        CommandLog newest = newest();
        for (Map.Entry<DiskId, CommandLog> log : logs.entrySet()) {
            if (log.getValue().identity() != newest.identity()) {
                return new Started.Refused("disk " + log.getKey() + " has the log of another namespace", false);
            }
        }
        if (!Quorum.majority(holders).reached(logs.keySet())) {
            return new Started.Refused(describe(holders), true);
        }
        QuorumLog log = new QuorumLog(
                surroundings,
                newest.identity(),
                Math.max(life, newest.life() + 1),
                new Boundary(newest.nextPosition(), newest.link()),
                holders);
        // The last life may have left no room.
        logs.forEach((id, held) -> surroundings.installer().checkpoint(id).ifPresent(held::release));
        disks.forEach((id, disk) -> log.attach(id, disk, Optional.ofNullable(logs.get(id)), logs.get(id) == newest));
        if (!settled(log)) {
            log.close();
            return new Started.Refused("its log cannot be written to a majority of the disks that hold it", false);
        }
        List<String> remarks = new ArrayList<>();
        damaged.forEach((id, why) -> remarks.add("the namespace's log on disk " + id + " is damaged: " + why));
        empty.forEach(id -> remarks.add("disk " + id + " should hold the namespace's log and has none"));
        return new Started.Ready(log, remarks);
    }

    /// Appends an entry of this life; as long as some disk comes nearer to the end it is waited for.
    private static boolean settled(QuorumLog log) {
        QuorumLog.Outcome appended = QuorumLog.Outcome.REFUSED;
        long before = -1;
        for (long now = log.progress(); now > before && appended != QuorumLog.Outcome.DONE; now = log.progress()) {
            before = now;
            appended = switch (appended) {
                case DONE, UNSETTLED ->
                    log.settle(log.surroundings().patience()) ? QuorumLog.Outcome.DONE : QuorumLog.Outcome.UNSETTLED;
                case WAIT, FULL, REFUSED -> log.append(List.of(new byte[0]), true);
            };
        }
        return appended == QuorumLog.Outcome.DONE;
    }

    private CommandLog newest() {
        return logs.values().stream()
                .max(Comparator.comparingLong(CommandLog::life).thenComparingLong(CommandLog::nextPosition))
                .orElseThrow();
    }

    private String describe(List<DiskId> holders) {
        List<String> parts = new ArrayList<>();
        for (DiskId holder : holders) {
            CommandLog log = logs.get(holder);
            if (log != null) {
                parts.add("disk " + holder + " has it up to position " + (log.nextPosition() - 1));
            } else if (damaged.containsKey(holder)) {
                parts.add("on disk " + holder + " it is damaged: " + damaged.get(holder));
            } else {
                parts.add("disk " + holder + (empty.contains(holder) ? " has none" : " is not here"));
            }
        }
        String may =
                logs.isEmpty() ? "all changes" : "changes acknowledged after position " + (newest().nextPosition() - 1);
        return "its log is on " + holders.size() + " disks, of which "
                + holders.stream().filter(logs::containsKey).count()
                + " can be read: fewer than a majority, so that " + may + " may be missing (" + String.join("; ", parts)
                + ")";
    }
}

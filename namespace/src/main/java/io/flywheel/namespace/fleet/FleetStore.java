package io.flywheel.namespace.fleet;

import static io.flywheel.base.Check.check;

import io.flywheel.base.DiskId;
import io.flywheel.base.Tasks;
import io.flywheel.base.WholeFile;
import io.flywheel.namespace.fleet.FleetOutcome.Refusal;
import io.flywheel.namespace.record.StoredFleetCopy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/// The fleet map of one process, kept whole on several of its disks and changed when a majority of them has it; of an
/// even number one half is enough where the others fail (see {@link Quorum}).
///
/// - A start needs a majority of the holders that the newest copy names. It takes that copy: whatever was
///   acknowledged is in it. What was not may be, too: the request is then answered as done when it is repeated.
/// - Each start is a life of its own, whose number is promised by as many before anything is written under it (as
///   in Lamport, "Paxos Made Simple", 2001): so no two lives have one number, and a copy that an earlier life
///   left on a minority loses against all that was acknowledged after it.
/// - Which disks hold the map changes with the fleet, in three steps: the disks that join are given the map;
///   then it is written under both sets, and counts when a majority of each has it (joint consensus, as in
///   Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", 2014); then under the new set
///   alone, in a new step.
/// - When a write does not reach a majority, its command is refused as UNAVAILABLE, and it is not known whether
///   it happened. The next command begins a new step, from the map that was last acknowledged.
///
/// One process at a time: the disks' locks see to that.
public final class FleetStore implements Fleet {
    static final int COPY_BYTES_MAX = 256 << 20;

    /// @param fleet whose map it is
    /// @param copies disks that hold the map, as far as there are so many: one more than twice those that may
    ///     be lost
    /// @param minority whether to start from the newest copy at hand when the majority is missing. What was
    ///     acknowledged since that copy was written is lost, and the missing disks must not be started without
    ///     those of now
    public record Options(UUID fleet, int copies, boolean minority) {
        public Options {
            check(copies >= 1, "copies");
        }
    }

    /// What opening came to.
    public sealed interface Opened {
        /// @param remarks for the operator: copies that are missing or damaged
        record Ready(FleetStore store, List<String> remarks) implements Opened {}

        /// No disk has a map.
        record Nothing() implements Opened {}

        record Refused(String why) implements Opened {}
    }

    private final Options options;
    private final CopyWriters writers;
    private final Tasks.Mutex mutex;
    private final long life;

    /// Disks that failed to take the map when they were to join: not asked again in this life.
    private final Set<DiskId> unfit = new HashSet<>();

    private volatile FleetMap map;
    private List<DiskId> holders;
    private List<DiskId> former;
    private long step;
    private boolean unsettled;

    private FleetStore(Options options, CopyWriters writers, Tasks tasks, StoredFleetCopy newest, long life) {
        this.options = options;
        this.writers = writers;
        mutex = tasks.mutex();
        map = newest.map();
        holders = newest.holders();
        former = newest.former();
        this.life = life;
        unsettled = true;
    }

    /// Makes the map of a new fleet.
    ///
    /// @param disks the commands that add the first disks
    /// @param files where each of the disks has its copy; refused where one has a map already
    public static Opened create(
            Options options, List<FleetCommand.AddDisk> disks, SortedMap<DiskId, WholeFile> files, Tasks tasks) {
        FleetCopies found = FleetCopies.read(files, tasks);
        if (!found.copies().isEmpty() || !found.damaged().isEmpty()) {
            return new Opened.Refused("a new fleet's disks have no map yet: " + found.describe());
        }
        FleetMap map = FleetMap.of(options.fleet());
        for (FleetCommand.AddDisk add : disks) {
            FleetMap.Applied applied = map.apply(add);
            if (applied.outcome() instanceof FleetOutcome.Refused(var refusal, var detail)) {
                return new Opened.Refused("disk " + add.disk() + ": " + refusal + " " + detail);
            }
            map = applied.map();
        }
        List<DiskId> holders = Holders.choose(map, List.of(), options.copies(), disk -> files.containsKey(disk));
        if (holders.isEmpty()) {
            return new Opened.Refused("a fleet has a disk at least");
        }
        return started(found, new StoredFleetCopy(0, 0, 0, holders, holders, map), options, files, tasks);
    }

    /// Opens the map that the disks hold.
    ///
    /// @param files of the disks that are here, by their names
    public static Opened open(Options options, SortedMap<DiskId, WholeFile> files, Tasks tasks) {
        FleetCopies found = FleetCopies.read(files, tasks);
        if (found.copies().isEmpty()) {
            return found.damaged().isEmpty()
                    ? new Opened.Nothing()
                    : new Opened.Refused("no disk has a fleet map that can be read: " + found.describe());
        }
        for (var copy : found.copies().entrySet()) {
            if (!copy.getValue().map().fleet().equals(options.fleet())) {
                return new Opened.Refused("disk " + copy.getKey() + " belongs to the fleet "
                        + copy.getValue().map().fleet() + ", not to " + options.fleet());
            }
        }
        StoredFleetCopy newest = found.newest();
        List<Quorum> needed = List.of(Quorum.majority(newest.holders()), Quorum.majority(newest.former()));
        if (!Quorum.reached(needed, found.copies().keySet())) {
            List<DiskId> here = List.copyOf(found.copies().keySet());
            if (!options.minority()) {
                return new Opened.Refused("the fleet map is on "
                        + newest.holders().size() + " disks, of which "
                        + here.stream().filter(newest.holders()::contains).count()
                        + " are here: fewer than a majority, so that newer changes may be missing ("
                        + found.describe() + ")");
            }
            newest = new StoredFleetCopy(0, newest.life(), newest.step(), here, here, newest.map());
        }
        return started(found, newest, options, files, tasks);
    }

    private static Opened started(
            FleetCopies found,
            StoredFleetCopy newest,
            Options options,
            SortedMap<DiskId, WholeFile> files,
            Tasks tasks) {
        CopyWriters writers = new CopyWriters(tasks);
        files.forEach(writers::attach);
        FleetStore store = new FleetStore(options, writers, tasks, newest, found.lastLife() + 1);
        if (!store.begin(found) || !store.settle()) {
            store.close();
            return new Opened.Refused("the fleet map cannot be written to a majority of the disks that hold it");
        }
        return new Opened.Ready(store, found.remarks(newest.holders()));
    }

    /// Has the number of this life promised by the disks that have a copy, each of which keeps the one it has.
    private boolean begin(FleetCopies found) {
        SortedMap<DiskId, byte[]> promises = new TreeMap<>();
        found.copies()
                .forEach((disk, copy) -> promises.put(disk, copy.promising(life).encode()));
        // The disks of a new fleet have nothing that another life could go on from.
        return promises.isEmpty()
                || writers.write(promises, List.of(Quorum.majority(holders), Quorum.majority(former)))
                        .reached();
    }

    @Override
    public FleetMap map() {
        return map;
    }

    /// Lets a disk that is to join, or that came back, hold the map.
    public void attach(DiskId disk, WholeFile file) {
        mutex.lock();
        try {
            check(!writers.attached(disk), "a disk is attached once");
            writers.attach(disk, file);
        } finally {
            mutex.unlock();
        }
    }

    /// Which start of the process this is: greater than that of every earlier one that wrote anything.
    public long life() {
        return life;
    }

    /// Writes the map to a disk no more that is gone, or that is attached again with another file. Nothing
    /// happens when it was not attached.
    public void detach(DiskId disk) {
        mutex.lock();
        try {
            writers.detach(disk);
            unfit.remove(disk);
        } finally {
            mutex.unlock();
        }
    }

    /// The disks that hold the map now.
    public List<DiskId> holders() {
        mutex.lock();
        try {
            return holders;
        } finally {
            mutex.unlock();
        }
    }

    @Override
    public FleetOutcome apply(FleetCommand command) {
        mutex.lock();
        try {
            if (unsettled && !settle()) {
                return unavailable();
            }
            FleetMap.Applied applied = map.apply(command);
            if (applied.map().version() == map.version()) {
                return applied.outcome();
            }
            return commit(applied.map()) ? applied.outcome() : unavailable();
        } finally {
            mutex.unlock();
        }
    }

    private static FleetOutcome unavailable() {
        return new FleetOutcome.Refused(
                Refusal.UNAVAILABLE, "the fleet map cannot be written to a majority of the disks that hold it");
    }

    /// Begins a new step with the map that is known, and completes a change of holders that was begun.
    private boolean settle() {
        unsettled = true;
        step++;
        if (!write(holders, former, map)) {
            return false;
        }
        if (!former.equals(holders)) {
            former = holders;
            step++;
            if (!write(holders, holders, map)) {
                return false;
            }
        }
        unsettled = false;
        return commit(map);
    }

    /// Makes the map persistent and current, on the disks that should hold it.
    private boolean commit(FleetMap changed) {
        List<DiskId> next = joined(changed);
        boolean reached = write(next, holders, changed);
        unsettled = !reached;
        if (!reached) {
            // It may be under these holders that the map is found again; the next step must reach both.
            former = holders;
            return false;
        }
        map = changed;
        if (!next.equals(holders)) {
            holders = next;
            former = next;
            step++;
            unsettled = !write(next, next, changed);
        }
        return true;
    }

    /// The disks that should hold the map; those of them that did not before have a copy when this returns,
    /// which does not count yet.
    private List<DiskId> joined(FleetMap changed) {
        while (true) {
            List<DiskId> next = Holders.choose(
                    changed, holders, options.copies(), disk -> writers.attached(disk) && !unfit.contains(disk));
            List<DiskId> joining = new ArrayList<>(next);
            joining.removeAll(holders);
            if (joining.isEmpty()) {
                return next;
            }
            CopyWriters.Written written =
                    writers.write(copies(joining, next, holders, changed), List.of(Quorum.all(joining)));
            if (written.reached()) {
                return next;
            }
            // What some of them were given names disks that do not take part: nothing of this step may count.
            unfit.addAll(written.failed());
            step++;
        }
    }

    private boolean write(List<DiskId> current, List<DiskId> before, FleetMap changed) {
        List<DiskId> disks = new ArrayList<>(current);
        disks.addAll(before);
        return writers.write(
                        copies(disks, current, before, changed),
                        List.of(Quorum.majority(current), Quorum.majority(before)))
                .reached();
    }

    /// The same copy for each of the disks.
    private SortedMap<DiskId, byte[]> copies(
            List<DiskId> disks, List<DiskId> current, List<DiskId> before, FleetMap changed) {
        byte[] copy = new StoredFleetCopy(life, life, step, current, before, changed).encode();
        SortedMap<DiskId, byte[]> copies = new TreeMap<>();
        disks.forEach(disk -> copies.put(disk, copy));
        return copies;
    }

    @Override
    public void close() {
        writers.close();
    }
}

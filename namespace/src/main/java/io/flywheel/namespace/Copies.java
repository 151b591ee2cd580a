package io.flywheel.namespace;

import io.flywheel.base.DiskId;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.keyvalue.Home;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.log.QuorumLog;
import io.flywheel.namespace.record.MalformedRecord;
import io.flywheel.namespace.record.StoredCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the disks have of the namespace beside its log: the tables on one, checkpoints on all. Each disk alone
/// can make the tables from its checkpoint and the log.
final class Copies {
    private static final Logger LOG = LoggerFactory.getLogger(Copies.class);
    private static final Duration COPYING_MAX = Duration.ofMinutes(1);

    /// What making tables came to.
    sealed interface Made {
        record Ready(Tables tables) implements Made {}

        /// Other tables might do.
        record PassedOver() implements Made {}

        /// Whatever others say: something is lost, or does not belong together.
        record Refused(String why) implements Made {}
    }

    /// @param pool for what waits for the disk's files, so that a slow disk holds up no other
    private record Present(NamespaceDisk disk, Tasks.BlockingPool pool) {}

    private final Tasks tasks;
    private final long cacheBytes;
    private volatile SortedMap<DiskId, Present> present = new TreeMap<>();

    private final Tasks.Mutex mutex;

    /// Of disks that left: what runs there may hang with the disk.
    private final List<Tasks.BlockingPool> retired = new ArrayList<>();

    /// Disks that have the tables or get a checkpoint.
    private final Set<DiskId> busy = new TreeSet<>();

    Copies(Tasks tasks, long cacheBytes) {
        this.tasks = tasks;
        this.cacheBytes = cacheBytes;
        this.mutex = tasks.mutex();
    }

    void attach(NamespaceDisk disk) {
        SortedMap<DiskId, Present> more = new TreeMap<>(present);
        more.put(disk.id(), new Present(disk, tasks.pool("namespace-copy-" + disk.id(), 1)));
        present = more;
    }

    void detach(DiskId id) {
        SortedMap<DiskId, Present> fewer = new TreeMap<>(present);
        Present gone = fewer.remove(id);
        present = fewer;
        if (gone != null) {
            retired.add(gone.pool());
        }
    }

    Optional<NamespaceDisk> disk(DiskId id) {
        return Optional.ofNullable(present.get(id)).map(Present::disk);
    }

    List<NamespaceDisk> disks() {
        return present.values().stream().map(Present::disk).toList();
    }

    /// Makes the tables on one of the disks as they are before position {@code end}: from what is there, else
    /// from the newest checkpoint, else from nothing, whichever is the first from which the log leads there.
    /// The disk is kept for them until {@link #giveUp}.
    ///
    /// @param passedOver gets why something would not do
    Made make(List<NamespaceDisk> disks, QuorumLog log, long end, List<String> passedOver) {
        List<Function<Home, Home.Opened>> sources = List.of(Home::open, Home::restore, Home::create);
        for (Function<Home, Home.Opened> source : sources) {
            for (NamespaceDisk disk : disks) {
                Present here = present.get(disk.id());
                if (here == null || !begin(disk.id())) {
                    passedOver.add("disk " + disk.id() + " is busy");
                    continue;
                }
                Made made = new Made.PassedOver();
                try {
                    made = make(here, source, log, end, passedOver);
                } finally {
                    if (!(made instanceof Made.Ready)) {
                        giveUp(disk.id());
                    }
                }
                if (!(made instanceof Made.PassedOver)) {
                    return made;
                }
            }
        }
        return new Made.PassedOver();
    }

    private Made make(
            Present here, Function<Home, Home.Opened> source, QuorumLog log, long end, List<String> passedOver) {
        return switch (tasks.blocking(
                here.pool(), () -> source.apply(here.disk().home()))) {
            case Home.Opened.Absent() -> new Made.PassedOver();
            case Home.Opened.Damaged(String why) -> {
                passedOver.add(why);
                yield new Made.PassedOver();
            }
            case Home.Opened.Open(KeyValues values) -> {
                Made made = replayed(here, values, log, end, passedOver);
                if (!(made instanceof Made.Ready)) {
                    values.close();
                }
                yield made;
            }
        };
    }

    /// The disk has the tables no more.
    void giveUp(DiskId id) {
        mutex.lock();
        try {
            busy.remove(id);
        } finally {
            mutex.unlock();
        }
    }

    private Made replayed(Present here, KeyValues values, QuorumLog log, long end, List<String> passedOver) {
        try {
            StateMachine machine = tasks.blocking(here.pool(), () -> new StateMachine(values));
            if (machine.position() >= end) {
                return new Made.Refused("its log ends at position " + (end - 1) + ", before the tables' position "
                        + machine.position());
            }
            if (!machine.belongsTo(log.identity())) {
                return new Made.Refused("its log is not the one that its tables were made from");
            }
            Optional<String> why =
                    log.replay(machine.position(), end, (first, commands) -> replay(here, machine, first, commands));
            if (why.isPresent()) {
                passedOver.add(why.get());
                return new Made.PassedOver();
            }
            return new Made.Ready(Tables.of(here.disk(), values, machine, cacheBytes));
        } catch (KeyValues.Broken e) {
            passedOver.add(String.valueOf(e.getMessage()));
            return new Made.PassedOver();
        }
    }

    private void replay(Present here, StateMachine machine, long first, List<byte[]> commands) throws MalformedRecord {
        // A life begins with an entry that holds one command of no bytes.
        boolean none = commands.size() == 1 && commands.getFirst().length == 0;
        List<Command> decoded = new ArrayList<>(commands.size());
        if (!none) {
            for (byte[] command : commands) {
                decoded.add(StoredCommand.decode(command));
            }
        }
        tasks.blocking(here.pool(), () -> {
            if (none) {
                machine.pass(first);
            } else {
                machine.apply(first, decoded);
            }
            return true;
        });
    }

    /// What the newest checkpoint of a disk holds at least.
    OptionalLong checkpoint(DiskId id) {
        Present here = present.get(id);
        return here == null
                ? OptionalLong.empty()
                : tasks.blocking(here.pool(), () -> here.disk().home().checkpoint());
    }

    /// Copies the newest checkpoint of one disk to another, in the place of what tables that had. Returns what
    /// it holds at least, or nothing when that fails; -1 says that there is none because everything is in the
    /// log.
    OptionalLong copy(DiskId from, DiskId to) {
        Present source = present.get(from);
        Present target = present.get(to);
        if (source == null || target == null || !begin(to)) {
            return OptionalLong.empty();
        }
        try {
            return tasks.blocking(target.pool(), () -> {
                Home home = target.disk().home();
                OptionalLong position = source.disk().home().checkpoint();
                home.vacate();
                if (position.isEmpty()) {
                    return OptionalLong.of(-1);
                }
                return home.adopt(source.disk().home()) ? home.checkpoint() : OptionalLong.empty();
            });
        } finally {
            giveUp(to);
        }
    }

    /// Copies the newest checkpoint of one disk to the others that have the log, all at once. Each releases its
    /// log up to there when it has it for good. A disk that takes long is not waited for.
    void spread(DiskId from, QuorumLog log) {
        List<Tasks.Promise<Boolean>> copies = new ArrayList<>();
        for (Present target : present.values()) {
            DiskId to = target.disk().id();
            if (to.equals(from) || log.state(to) != QuorumLog.State.IN_SYNC) {
                continue;
            }
            Tasks.Promise<Boolean> copied = tasks.promise();
            copies.add(copied);
            tasks.start("namespace-checkpoint-" + to, () -> {
                try {
                    OptionalLong position = copy(from, to);
                    if (position.isPresent() && position.getAsLong() >= 0) {
                        log.release(to, position.getAsLong());
                    } else {
                        LOG.warn("disk {} did not get the newest checkpoint of the namespace", to);
                    }
                } finally {
                    copied.complete(true);
                }
            });
        }
        copies.forEach(copy -> copy.await(COPYING_MAX));
    }

    private boolean begin(DiskId to) {
        mutex.lock();
        try {
            return busy.add(to);
        } finally {
            mutex.unlock();
        }
    }

    void close() {
        present.values().forEach(here -> here.pool().close());
        retired.forEach(pool -> tasks.start("namespace-leave", pool::close));
    }
}

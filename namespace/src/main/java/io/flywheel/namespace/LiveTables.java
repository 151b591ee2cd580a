package io.flywheel.namespace;

import io.flywheel.base.Clock;
import io.flywheel.base.DiskId;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.log.QuorumLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tables that answer now. When they fail, or their disk goes away, they are made again on another disk,
/// and whoever waits for an answer gets it from those.
final class LiveTables {
    private static final Logger LOG = LoggerFactory.getLogger(LiveTables.class);

    private final Tasks tasks;
    private final Clock clock;
    private final Duration patience;
    private final Copies copies;
    private final QuorumLog log;
    private final Tasks.Mutex mutex;
    private final Tasks.Condition changed;
    private volatile Tables current;
    private volatile @Nullable Tables broken;

    /// Whether no other disk can have the tables: nobody needs to wait.
    private volatile boolean hopeless;

    private volatile boolean closed;
    private final List<Tasks.Task> closings = new ArrayList<>();

    LiveTables(Tasks tasks, Clock clock, Duration patience, Copies copies, QuorumLog log, Tables first) {
        this.tasks = tasks;
        this.clock = clock;
        this.patience = patience;
        this.copies = copies;
        this.log = log;
        this.mutex = tasks.mutex();
        this.changed = mutex.condition();
        this.current = first;
    }

    Tables current() {
        return current;
    }

    boolean areBroken() {
        return current.equals(broken);
    }

    boolean hopeless() {
        return hopeless;
    }

    /// Says that these tables are of no use any more. False when that was known.
    boolean broken(Tables tables, String why, @Nullable Throwable cause) {
        mutex.lock();
        try {
            if (!tables.equals(current) || tables.equals(broken)) {
                return false;
            }
            broken = tables;
            LOG.warn(
                    "the namespace's tables on disk {} are given up: {}",
                    tables.disk().id(),
                    why,
                    cause);
            return true;
        } finally {
            mutex.unlock();
        }
    }

    /// A disk is here that was not.
    void moreDisks() {
        hopeless = false;
    }

    /// Makes the tables as they are before position {@code end} on another disk. False when no disk that is
    /// here can have them.
    boolean move(long end) {
        Tables before = current;
        List<NamespaceDisk> others = copies.disks().stream()
                .filter(disk -> !disk.equals(before.disk()) && log.state(disk.id()) != QuorumLog.State.ABSENT)
                .filter(disk -> log.persisted(disk.id()) > 0)
                .toList();
        List<String> passedOver = new ArrayList<>();
        // Tables of the same disk, attached again, are in the way of new ones there.
        if (others.stream().anyMatch(disk -> disk.id().equals(before.disk().id()))) {
            copies.giveUp(before.disk().id());
        }
        Copies.Made made = copies.make(others, log, end, passedOver);
        if (made instanceof Copies.Made.Ready(Tables tables)) {
            LOG.warn(
                    "the namespace's tables are on disk {} now, no longer on {}",
                    tables.disk().id(),
                    before.disk().id());
            publish(before, tables);
            return true;
        }
        if (made instanceof Copies.Made.Refused(String why)) {
            passedOver.add(why);
        }
        if (!hopeless) {
            LOG.error(
                    "the namespace takes no more changes until another of its disks is here, or it is started again:"
                            + " {}",
                    others.isEmpty() ? "no other disk has it" : String.join("; ", passedOver));
        }
        mutex.lock();
        try {
            hopeless = true;
            changed.signalAll();
        } finally {
            mutex.unlock();
        }
        return false;
    }

    private void publish(Tables before, Tables tables) {
        DiskId left = before.disk().id();
        mutex.lock();
        try {
            current = tables;
            broken = null;
            hopeless = false;
            changed.signalAll();
        } finally {
            mutex.unlock();
        }
        log.callAgain();
        // Calls that are under way in the tables that failed may hang with their disk.
        closings.add(tasks.start("namespace-close-" + left, () -> {
            before.values().close();
            if (!left.equals(tables.disk().id())) {
                copies.giveUp(left);
            }
        }));
    }

    /// Asks the tables. Where they fail, those that take their place are asked again.
    ///
    /// @param failed what to do once they are known to have failed
    <T> T ask(Tasks.BlockingPool readers, Function<Tables, T> question, Runnable failed) {
        while (true) {
            Tables now = current;
            try {
                return tasks.blocking(readers, () -> question.apply(now));
            } catch (KeyValues.Broken e) {
                if (closed) {
                    throw new Namespace.Unreadable("the namespace is closed", e);
                }
                if (broken(now, "they cannot be read", e)) {
                    failed.run();
                }
                if (awaitOther(now).isEmpty()) {
                    throw new Namespace.Unreadable("the namespace cannot be read", e);
                }
            }
        }
    }

    private Optional<Tables> awaitOther(Tables than) {
        long deadline = clock.monotonicNanos() + patience.toNanos();
        mutex.lock();
        try {
            while (current.equals(than)) {
                long left = deadline - clock.monotonicNanos();
                if (hopeless || closed || left <= 0) {
                    return Optional.empty();
                }
                changed.await(Duration.ofNanos(left));
            }
            return Optional.of(current);
        } finally {
            mutex.unlock();
        }
    }

    /// Waits until there are tables that are not known to have failed; false when that takes too long, or no
    /// disk can have them.
    boolean awaitWorking() {
        Tables failed = broken;
        return failed == null || awaitOther(failed).isPresent();
    }

    /// From now on nothing is made again.
    void closing() {
        mutex.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            mutex.unlock();
        }
    }

    void close() {
        current.values().close();
        // A task that hangs with its disk is left behind.
        closings.stream().filter(Tasks.Task::isDone).forEach(Tasks.Task::join);
    }
}

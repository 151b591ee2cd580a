package io.flywheel.namespace.fleet;

import io.flywheel.base.DiskId;
import io.flywheel.base.Tasks;
import io.flywheel.base.WholeFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Writes copies of the map to several disks at once, each by a task and a thread of its own, so that one slow
/// disk keeps nobody waiting. A disk that falls behind is given the newest copy alone.
final class CopyWriters {
    private static final int BEHIND_MAX = 16;

    /// One copy on its way to some disks.
    private final class Round {
        private final Set<DiskId> done = new HashSet<>();
        private final Set<DiskId> failed = new HashSet<>();

        void report(DiskId disk, boolean written) {
            mutex.lock();
            try {
                (written ? done : failed).add(disk);
                changed.signalAll();
            } finally {
                mutex.unlock();
            }
        }

        /// Waits until every quorum is reached, or one of them cannot be.
        boolean await(List<Quorum> quorums) {
            mutex.lock();
            try {
                while (true) {
                    Set<DiskId> mayYet = new HashSet<>();
                    quorums.forEach(quorum -> mayYet.addAll(quorum.disks()));
                    mayYet.removeAll(failed);
                    if (Quorum.reached(quorums, done, mayYet)) {
                        return true;
                    }
                    if (!Quorum.reachable(quorums, mayYet)) {
                        return false;
                    }
                    changed.await();
                }
            } finally {
                mutex.unlock();
            }
        }

        Set<DiskId> failed() {
            mutex.lock();
            try {
                return new HashSet<>(failed);
            } finally {
                mutex.unlock();
            }
        }
    }

    private record Pending(byte[] copy, Round round) {}

    private record Writer(Tasks.Queue<Pending> queue, Tasks.Task task, Tasks.BlockingPool pool) {}

    /// What writing came to.
    ///
    /// @param failed disks that are known to have failed
    record Written(boolean reached, Set<DiskId> failed) {}

    private final Tasks tasks;
    private final Tasks.Mutex mutex;
    private final Tasks.Condition changed;
    private final SortedMap<DiskId, Writer> writers = new TreeMap<>();

    CopyWriters(Tasks tasks) {
        this.tasks = tasks;
        mutex = tasks.mutex();
        changed = mutex.condition();
    }

    /// Lets the disk be written to from now on.
    void attach(DiskId disk, WholeFile file) {
        Tasks.Queue<Pending> queue = tasks.queue(BEHIND_MAX);
        Tasks.BlockingPool pool = tasks.pool("fleet-map-" + disk, 1);
        Tasks.Task task = tasks.start("fleet map of " + disk, () -> run(disk, file, queue, pool));
        writers.put(disk, new Writer(queue, task, pool));
    }

    /// Writes to the disk no more. Does not wait for what is on its way.
    void detach(DiskId disk) {
        Writer writer = writers.remove(disk);
        if (writer != null) {
            writer.queue().close();
            tasks.start("fleet map of " + disk + " ends", () -> {
                writer.task().join();
                writer.pool().close();
            });
        }
    }

    boolean attached(DiskId disk) {
        return writers.containsKey(disk);
    }

    private void run(DiskId disk, WholeFile file, Tasks.Queue<Pending> queue, Tasks.BlockingPool pool) {
        while (true) {
            Optional<Pending> first = queue.take();
            if (first.isEmpty()) {
                return;
            }
            List<Pending> waiting = new ArrayList<>(List.of(first.get()));
            for (Optional<Pending> next = queue.poll(); next.isPresent(); next = queue.poll()) {
                waiting.add(next.get());
            }
            byte[] newest = waiting.getLast().copy();
            boolean written = tasks.blocking(pool, () -> file.replace(newest)).done();
            waiting.forEach(pending -> pending.round().report(disk, written));
        }
    }

    /// Sends each disk its copy and waits until each quorum of them has theirs, or cannot any more.
    Written write(SortedMap<DiskId, byte[]> copies, List<Quorum> quorums) {
        Round round = new Round();
        for (Quorum quorum : quorums) {
            quorum.disks().stream()
                    .filter(disk -> !copies.containsKey(disk))
                    .forEach(disk -> round.report(disk, false));
        }
        copies.forEach((disk, copy) -> {
            Writer writer = writers.get(disk);
            if (writer == null || !writer.queue().offer(new Pending(copy, round))) {
                round.report(disk, false);
            }
        });
        return new Written(round.await(quorums), round.failed());
    }

    void close() {
        writers.values().forEach(writer -> writer.queue().close());
        writers.values().forEach(writer -> {
            writer.task().join();
            writer.pool().close();
        });
    }
}

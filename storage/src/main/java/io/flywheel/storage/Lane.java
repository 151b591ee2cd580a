package io.flywheel.storage;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Tasks;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// Serves jobs of one kind on one disk, a bounded number at once; more of them wait in a bounded queue. So a
/// slow disk holds as many tasks as its lanes are wide, and never those of others. No task waits for work: one
/// is started when there is something to do, or the caller lends its own.
final class Lane {
    private final Tasks tasks;
    private final String name;
    private final int width;
    private final int queuedMax;
    private final AtomicInteger inService = new AtomicInteger();
    private final AtomicInteger queued = new AtomicInteger();
    private final ConcurrentLinkedQueue<Job> queue = new ConcurrentLinkedQueue<>();
    private final Tasks.Promise<Boolean> empty;
    private volatile boolean closed;

    /// A piece of work.
    interface Job {
        /// Does what needs the disk's turn.
        ///
        /// @return what is left to do once the turn is over; must not wait
        Optional<Runnable> run();
    }

    Lane(Tasks tasks, String name, int width, int queuedMax) {
        check(width >= 1 && queuedMax >= 0, "width and queuedMax");
        this.tasks = tasks;
        this.name = name;
        this.width = width;
        this.queuedMax = queuedMax;
        this.empty = tasks.promise();
    }

    /// False when the lane is closed, or too many jobs wait.
    ///
    /// @param callerWaits whether the job may run here and now
    boolean accept(Job job, boolean callerWaits) {
        if (!enter()) {
            return await(job);
        }
        // Either this sees that the lane was closed, or who closes it sees this job.
        if (closed) {
            leave();
            return false;
        }
        if (callerWaits) {
            Optional<Runnable> rest;
            try {
                rest = job.run();
            } finally {
                leave();
                lendATask();
            }
            rest.ifPresent(Runnable::run);
        } else {
            tasks.start(name, () -> {
                runInTurn(job);
                drain();
            });
        }
        return true;
    }

    private boolean await(Job job) {
        if (queued.incrementAndGet() > queuedMax) {
            queued.decrementAndGet();
            return false;
        }
        queue.add(job);
        if (closed && queue.remove(job)) {
            queued.decrementAndGet();
            return false;
        }
        lendATask();
        return true;
    }

    private boolean enter() {
        while (true) {
            int now = inService.get();
            if (now >= width) {
                return false;
            }
            if (inService.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    private void leave() {
        if (inService.decrementAndGet() == 0 && closed && queue.isEmpty()) {
            empty.complete(true);
        }
    }

    /// Somebody may have queued a job after the last one in service looked.
    private void lendATask() {
        if (!queue.isEmpty() && enter()) {
            tasks.start(name, this::drain);
        }
    }

    private void drain() {
        while (true) {
            for (Job job = queue.poll(); job != null; job = queue.poll()) {
                queued.decrementAndGet();
                runInTurn(job);
            }
            leave();
            if (queue.isEmpty() || !enter()) {
                return;
            }
        }
    }

    /// A job that fails has settled its call; the task that ran it ends, loudly, and leaves its turn to others.
    private void runInTurn(Job job) {
        boolean done = false;
        try {
            job.run().ifPresent(Runnable::run);
            done = true;
        } finally {
            if (!done) {
                leave();
                lendATask();
            }
        }
    }

    /// Takes nothing more, and waits until everything that was taken is done.
    void close() {
        closed = true;
        if (inService.get() > 0 || !queue.isEmpty()) {
            empty.await();
        }
    }
}

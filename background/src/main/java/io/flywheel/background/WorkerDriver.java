package io.flywheel.background;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Clock;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.Namespace;
import io.flywheel.shardstore.IndexUnreadable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs workers in turn on one task, so that all of them together take one step at a time, and rests after each step
/// that did something, so that they take at most their share of that one stream of work.
public final class WorkerDriver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerDriver.class);

    /// How often an idle worker is asked whether something changed.
    private static final Duration IDLE_DELAY = Duration.ofSeconds(1);

    /// What cannot be read now may be later: another disk takes over, or this one comes back.
    private static final Duration UNREADABLE_WAIT = Duration.ofSeconds(10);

    private final Clock clock;
    private final double share;
    private final List<Scheduled> workers;
    private final Tasks.Promise<Boolean> stop;
    private final Tasks.Task task;

    private static final class Scheduled {
        final Worker worker;
        long dueNanos;

        Scheduled(Worker worker, long dueNanos) {
            this.worker = worker;
            this.dueNanos = dueNanos;
        }
    }

    private WorkerDriver(Tasks tasks, Clock clock, double share, List<Worker> workers) {
        this.clock = clock;
        this.share = share;
        this.workers = new ArrayList<>();
        long now = clock.monotonicNanos();
        workers.forEach(worker -> this.workers.add(new Scheduled(worker, now)));
        stop = tasks.promise();
        task = tasks.start("background", this::run);
    }

    /// Starts; close it to stop.
    ///
    /// @param share of the time that may go into steps, above 0, at most 1
    public static WorkerDriver start(Tasks tasks, Clock clock, double share, List<Worker> workers) {
        check(share > 0 && share <= 1, "share");
        return new WorkerDriver(tasks, clock, share, workers);
    }

    /// Waits for the step under way, and starts no other.
    @Override
    public void close() {
        stop.complete(true);
        task.join();
    }

    private void run() {
        while (!stop.isDone()) {
            long restNanos = 0;
            for (Scheduled scheduled : List.copyOf(workers)) {
                if (stop.isDone()) {
                    return;
                }
                if (scheduled.dueNanos - clock.monotonicNanos() <= 0) {
                    restNanos += step(scheduled);
                }
            }
            if (stop.await(Duration.ofNanos(pauseNanos(restNanos))).isPresent()) {
                return;
            }
        }
    }

    /// Until the first worker is due, and at least as long as the budget wants.
    private long pauseNanos(long restNanos) {
        long pause = IDLE_DELAY.toNanos();
        long now = clock.monotonicNanos();
        for (Scheduled scheduled : workers) {
            pause = Math.min(pause, scheduled.dueNanos - now);
        }
        return Math.max(0, Math.max(pause, restNanos));
    }

    /// Returns how long to rest for it.
    private long step(Scheduled scheduled) {
        long began = clock.monotonicNanos();
        Worker.Step step;
        try {
            step = scheduled.worker.step();
        } catch (Tasks.Cancelled e) {
            throw e;
        } catch (Namespace.Unreadable | IndexUnreadable e) {
            LOG.warn("worker {} waits: {}", scheduled.worker.name(), e.getMessage());
            step = new Worker.Step.Throttled(UNREADABLE_WAIT);
        } catch (RuntimeException e) {
            // A bug of one service must not stop the others; this one does nothing more until the next start.
            LOG.error("worker {} failed and is stopped", scheduled.worker.name(), e);
            workers.remove(scheduled);
            return 0;
        }
        long ended = clock.monotonicNanos();
        scheduled.dueNanos = ended
                + switch (step) {
                    case Worker.Step.Busy() -> 0;
                    case Worker.Step.Throttled(var delay) -> delay.toNanos();
                    case Worker.Step.Idle() -> IDLE_DELAY.toNanos();
                };
        return step instanceof Worker.Step.Busy ? (long) ((ended - began) * (1 - share) / share) : 0;
    }
}

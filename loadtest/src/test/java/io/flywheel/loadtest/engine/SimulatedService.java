package io.flywheel.loadtest.engine;

import io.flywheel.base.simulated.SimulatedClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/// A service with some servers and a queue, in simulated time. Freezes when it is told to.
final class SimulatedService implements Body {
    private record Completion(long atNanos, Execution execution) {}

    private final SimulatedClock clock;
    private final int servers;
    private final double meanServiceNanos;
    private final boolean exponential;
    private final SplittableRandom random = new SplittableRandom(3);
    private final ArrayDeque<Execution> queue = new ArrayDeque<>();
    private final PriorityQueue<Completion> serving =
            new PriorityQueue<>((one, other) -> Long.compare(one.atNanos(), other.atNanos()));
    private long frozenFromNanos = Long.MAX_VALUE;
    private long frozenUntilNanos = Long.MAX_VALUE;

    SimulatedService(SimulatedClock clock, int servers, Duration meanService, boolean exponential) {
        this.clock = clock;
        this.servers = servers;
        this.meanServiceNanos = meanService.toNanos();
        this.exponential = exponential;
    }

    void freeze(Duration from, Duration length) {
        frozenFromNanos = from.toNanos();
        frozenUntilNanos = frozenFromNanos + length.toNanos();
    }

    @Override
    public void start(Execution execution) {
        execution.began();
        queue.add(execution);
        serve();
    }

    private void serve() {
        while (serving.size() < servers && !queue.isEmpty()) {
            double nanos = exponential ? -Math.log(1 - random.nextDouble()) * meanServiceNanos : meanServiceNanos;
            long now = clock.monotonicNanos();
            long end = now + Math.round(nanos);
            if (end > frozenFromNanos && now < frozenUntilNanos) {
                end += frozenUntilNanos - Math.max(now, frozenFromNanos);
            }
            serving.add(new Completion(end, queue.remove()));
        }
    }

    /// When the next execution ends.
    long nextNanos() {
        return serving.isEmpty() ? OpenLane.NEVER : serving.element().atNanos();
    }

    /// Ends those whose time has come.
    void run(long nowNanos) {
        while (!serving.isEmpty() && serving.element().atNanos() <= nowNanos) {
            var done = serving.remove();
            done.execution().succeed();
            done.execution().release();
            serve();
        }
    }
}

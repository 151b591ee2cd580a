package io.flywheel.loadtest.canary;

import io.flywheel.base.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Whether a canary does what it is to do. Each of its activities says until when it will be heard of again; one that
/// is not is stuck, whatever the service does. From any thread.
public final class Pulse {
    /// A machine that is busy is no canary that is stuck.
    static final Duration GRACE = Duration.ofSeconds(30);

    private final Clock clock;
    private final Map<String, Long> dueNanos = new ConcurrentHashMap<>();
    private volatile boolean isReady;

    public Pulse(Clock clock) {
        this.clock = clock;
    }

    /// It will say something else, or that it is over, by then.
    void expect(String activity, Duration within) {
        dueNanos.put(activity, clock.monotonicNanos() + within.plus(GRACE).toNanos());
    }

    void over(String activity) {
        dueNanos.remove(activity);
    }

    /// Whether the transactions have run once since they were set up, and are run again and again.
    void ready(boolean ready) {
        isReady = ready;
    }

    boolean isReady() {
        return isReady;
    }

    /// The activities that were to be heard of before now.
    List<String> stuck() {
        long now = clock.monotonicNanos();
        return dueNanos.entrySet().stream()
                .filter(each -> each.getValue() < now)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}

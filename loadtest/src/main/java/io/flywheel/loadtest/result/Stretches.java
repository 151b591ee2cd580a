package io.flywheel.loadtest.result;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/// How much of its processors each agent used, how long its event loops were busy, and how long garbage collection
/// stopped it, in stretches of some seconds: the mean of a run, or of a fleet, has room for a minute or an agent
/// that was at its end.
final class Stretches implements Serializable {
    /// A stretch is the deltas that together last so long.
    static final long STRETCH_NANOS = 5_000_000_000L;

    /// The worst stretch of all.
    ///
    /// @param share of the processors, or of the time
    record Worst(String agent, double share) implements Serializable {
        private Worst or(String other, double itsShare) {
            return itsShare > share ? new Worst(other, itsShare) : this;
        }
    }

    private static final Worst NONE = new Worst("", 0);

    private record Stretch(long nanos, long wallNanos, long cpuNanos, long pauseNanos, long busyNanos)
            implements Serializable {
        Stretch plus(Delta delta) {
            var health = delta.health();
            return new Stretch(
                    nanos + delta.toNanos() - delta.fromNanos(),
                    wallNanos + health.wallNanos(),
                    cpuNanos + health.cpuNanos(),
                    pauseNanos + health.pauseNanos(),
                    busyNanos + health.busyNanos());
        }

        double cpuShare() {
            return wallNanos == 0 ? 0 : (double) cpuNanos / wallNanos;
        }

        double busyShare() {
            return nanos == 0 ? 0 : (double) busyNanos / nanos;
        }

        double pauseShare() {
            return nanos == 0 ? 0 : (double) pauseNanos / nanos;
        }
    }

    private static final Stretch EMPTY = new Stretch(0, 0, 0, 0, 0);

    /// Of agents that have not had a whole one yet, theirs is judged as it is.
    private final Map<String, Stretch> first = new HashMap<>();

    private final Map<String, Stretch> later = new HashMap<>();
    private Worst cpu = NONE;
    private Worst pauses = NONE;
    private Worst loops = NONE;

    void add(Delta delta) {
        String agent = delta.agent();
        boolean isFirst = !later.containsKey(agent);
        var stretch = (isFirst ? first.getOrDefault(agent, EMPTY) : later.getOrDefault(agent, EMPTY)).plus(delta);
        if (stretch.nanos() < STRETCH_NANOS) {
            (isFirst ? first : later).put(agent, stretch);
            return;
        }
        first.remove(agent);
        later.put(agent, EMPTY);
        cpu = cpu.or(agent, stretch.cpuShare());
        pauses = pauses.or(agent, stretch.pauseShare());
        loops = loops.or(agent, stretch.busyShare());
    }

    /// The most of its processors that an agent used.
    Worst cpu() {
        var worst = cpu;
        for (var stretch : first.entrySet()) {
            worst = worst.or(stretch.getKey(), stretch.getValue().cpuShare());
        }
        return worst;
    }

    /// The most of the time that garbage collection took of an agent.
    Worst pauses() {
        var worst = pauses;
        for (var stretch : first.entrySet()) {
            worst = worst.or(stretch.getKey(), stretch.getValue().pauseShare());
        }
        return worst;
    }

    /// The most of the time that an event loop of an agent was busy.
    Worst loops() {
        var worst = loops;
        for (var stretch : first.entrySet()) {
            worst = worst.or(stretch.getKey(), stretch.getValue().busyShare());
        }
        return worst;
    }

    /// Whether there are several agents.
    boolean areOfSeveral() {
        return first.size() + later.size() > 1;
    }
}

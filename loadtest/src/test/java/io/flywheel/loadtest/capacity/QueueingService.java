package io.flywheel.loadtest.capacity;

import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/// An M/M/c queue: Poisson arrivals, some servers, exponential service, first come first served; as theory has it and
/// as it comes out.
final class QueueingService {
    private final int servers;
    private final double servicePerSecond;

    QueueingService(int servers, double servicePerSecond) {
        this.servers = servers;
        this.servicePerSecond = servicePerSecond;
    }

    double perServer() {
        return servicePerSecond;
    }

    /// The share of arrivals that are in the system for longer (Kleinrock, Queueing Systems I, 3.5).
    double slowerShare(double perSecond, double seconds) {
        double load = perSecond / servicePerSecond;
        if (load >= servers) {
            return 1;
        }
        double spare = servers - 1 - load;
        double tail = Math.exp(-servicePerSecond * seconds);
        double extra = Math.abs(spare) < 1e-9
                ? servicePerSecond * seconds
                : (1 - Math.exp(-servicePerSecond * seconds * spare)) / spare;
        return tail * (1 + waits(load) * extra);
    }

    /// Erlang's C formula by way of his B.
    private double waits(double load) {
        double blocked = 1;
        for (int i = 1; i <= servers; i++) {
            blocked = load * blocked / (i + load * blocked);
        }
        return blocked / (1 - load / servers * (1 - blocked));
    }

    /// The highest rate of which this share at most is slower.
    double capacity(double share, double seconds) {
        double low = 0;
        double high = servers * servicePerSecond;
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            if (slowerShare(middle, seconds) <= share) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// @param share of the slowest
    Probe probe(SplittableRandom random, double perSecond, int arrivals, double share, double secondsMax) {
        var free = new PriorityQueue<Double>();
        for (int i = 0; i < servers; i++) {
            free.add(0.0);
        }
        int warmUp = arrivals / 5;
        var latencies = new double[arrivals];
        double now = 0;
        for (int i = -warmUp; i < arrivals; i++) {
            now += exponential(random) / perSecond;
            double end = Math.max(now, free.remove()) + exponential(random) / servicePerSecond;
            free.add(end);
            if (i >= 0) {
                latencies[i] = end - now;
            }
        }
        double mean = Arrays.stream(latencies).average().orElseThrow();
        Arrays.sort(latencies);
        double measured = latencies[(int) (arrivals * (1 - share))];
        Probe.Result result = measured <= secondsMax
                ? new Probe.Result.Held()
                : new Probe.Result.Breached("p" + 100 * (1 - share) + " " + measured);
        return new Probe(perSecond, perSecond, mean * 1e9, result);
    }

    private static double exponential(SplittableRandom random) {
        return -Math.log(1 - random.nextDouble());
    }
}

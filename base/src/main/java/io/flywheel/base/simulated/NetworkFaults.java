package io.flywheel.base.simulated;

import static io.flywheel.base.Check.check;

import io.flywheel.base.NodeId;
import io.flywheel.base.Random;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// What a {@link SimulatedNetwork} does to messages. Set by a test, also while calls are under way.
public final class NetworkFaults {
    private static final int PERMILLE = 1000;

    private final Random random;
    private final List<Pair> separated = new ArrayList<>();
    private final TreeMap<NodeId, Integer> slowness = new TreeMap<>();
    private int latencyMicrosMin = 20;
    private int latencyMicrosMax = 500;
    private int requestsLostPermille;
    private int repliesLostPermille;
    private long lost;

    private record Pair(NodeId one, NodeId other) {
        boolean is(NodeId first, NodeId second) {
            return (one.equals(first) && other.equals(second)) || (one.equals(second) && other.equals(first));
        }
    }

    NetworkFaults(Random random) {
        this.random = random;
    }

    /// How long a message takes: drawn anew for each, so that messages overtake each other.
    public void latencyMicros(int min, int max) {
        check(min >= 0 && max >= min, "latency");
        latencyMicrosMin = min;
        latencyMicrosMax = max;
    }

    /// So many of a thousand requests never arrive.
    public void loseRequests(int permille) {
        check(permille >= 0 && permille <= PERMILLE, "permille");
        requestsLostPermille = permille;
    }

    /// So many of a thousand answers never arrive: the call happened, and the caller does not learn it.
    public void loseReplies(int permille) {
        check(permille >= 0 && permille <= PERMILLE, "permille");
        repliesLostPermille = permille;
    }

    /// Nothing passes between the two nodes any more.
    public void separate(NodeId one, NodeId other) {
        separated.add(new Pair(one, other));
    }

    /// Ends every separation.
    public void heal() {
        separated.clear();
    }

    /// Messages from and to the node take so many times as long; 1 is as usual.
    public void slow(NodeId node, int times) {
        check(times >= 1, "times");
        slowness.put(node, times);
    }

    /// How many messages were lost.
    public long lost() {
        return lost;
    }

    Duration latency(NodeId from, NodeId to) {
        long micros = (long) latencyMicrosMin + random.nextInt(latencyMicrosMax - latencyMicrosMin + 1);
        int times = Math.max(slowness.getOrDefault(from, 1), slowness.getOrDefault(to, 1));
        return Duration.ofNanos(micros * 1000 * times);
    }

    boolean separates(NodeId one, NodeId other) {
        return separated.stream().anyMatch(pair -> pair.is(one, other));
    }

    boolean losesRequest(NodeId from, NodeId to) {
        return loses(from, to, requestsLostPermille);
    }

    boolean losesReply(NodeId from, NodeId to) {
        return loses(from, to, repliesLostPermille);
    }

    private boolean loses(NodeId from, NodeId to, int permille) {
        boolean loses = separates(from, to) || random.nextInt(PERMILLE) < permille;
        lost += loses ? 1 : 0;
        return loses;
    }
}

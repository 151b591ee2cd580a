package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.fleet.FromAgent.Stage;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.schedule.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The controller's side of a run: who has which share, what was counted, what is missing. For one thread at a time;
/// times are nanoseconds of a clock that goes on when the controller is restarted. What {@link #takeEvents} gives has
/// to be written down before the orders are sent.
public final class Coordination {
    /// An order and who gets it.
    record Sent(String agent, Order order) {}

    private final FleetOptions options;
    private final LoadPlan plan;
    private final Aggregate aggregate;
    private final Map<String, Peer> peers = new LinkedHashMap<>();
    private final Coverage coverage = new Coverage();
    private final List<Event> events = new ArrayList<>();
    private Optional<String> first = Optional.empty();
    private Optional<Long> originNanos = Optional.empty();
    private Optional<Long> stoppedNanos = Optional.empty();
    private List<String> crew = List.of();
    private Optional<String> refusal = Optional.empty();
    private boolean cancelled;
    private long term;
    private long orders;
    private long skewNanosMax;

    /// @param interval of the timeline
    public Coordination(FleetOptions options, LoadPlan plan, Duration warmup, Duration interval) {
        this.options = options;
        this.plan = plan;
        this.aggregate = new Aggregate(warmup, interval);
    }

    /// What a controller before this one had written down, one after the other, before {@link #begin}.
    void replay(Event written, long nowNanos) {
        apply(written, nowNanos);
    }

    /// Begins, or goes on from what was replayed.
    void begin(long nowNanos) {
        record(new Event.Took(term + 1), nowNanos);
        // What leases were given last was not written down.
        long bound = Math.addExact(runNanos(nowNanos), options.patience().toNanos());
        members().forEach(peer -> peer.leaseNanos = Math.max(peer.leaseNanos, bound));
    }

    private void record(Event event, long nowNanos) {
        apply(event, nowNanos);
        events.add(event);
    }

    private void apply(Event event, long nowNanos) {
        switch (event) {
            case Event.Took took -> term = took.term();
            case Event.First(String agent) -> first = Optional.of(agent);
            case Event.Begun(long origin, List<String> agents) -> {
                originNanos = Optional.of(origin);
                coverage.divide(0, agents);
                agents.forEach(agent -> peer(agent, nowNanos));
                choose(agents);
                for (Peer peer : members()) {
                    peer.leaseNanos = options.patience().toNanos();
                    peer.stage = Stage.RUNNING;
                }
            }
            case Event.Divided(long fromNanos, List<String> agents) -> coverage.divide(fromNanos, agents);
            case Event.Lost(String agent, long _, String why) -> {
                var peer = peer(agent, nowNanos);
                peer.lost = true;
                peer.lostWhy = why;
            }
            case Event.Accepted(FromAgent.Report report) -> {
                var delta = decoded(report);
                aggregate.add(delta);
                peer(report.agent(), nowNanos).accept(report, delta);
            }
            case Event.Stopped(long runNanos) -> stoppedNanos = Optional.of(runNanos);
        }
    }

    private Peer peer(String agent, long nowNanos) {
        return peers.computeIfAbsent(agent, name -> new Peer(name, nowNanos));
    }

    /// What is to be written down now.
    List<Event> takeEvents() {
        var taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    /// What is answered to a message.
    List<Sent> receive(FromAgent message, long nowNanos) {
        var peer = peer(message.agent(), nowNanos);
        peer.heardNanos = nowNanos;
        long echo = 0;
        switch (message) {
            case FromAgent.Beat beat -> {
                echo = beat.sentNanos();
                peer.hear(beat);
                hearRunning(peer, beat, nowNanos);
            }
            case FromAgent.Report report -> {
                // In order only: so what was counted lies within the spans that came with it.
                if (isMember(peer) && report.sequence() == peer.received) {
                    accept(peer, report, nowNanos);
                }
            }
        }
        return List.of(order(peer, echo, nowNanos));
    }

    private void accept(Peer peer, FromAgent.Report report, long nowNanos) {
        try {
            record(new Event.Accepted(report), nowNanos);
        } catch (UncheckedIOException e) {
            if (!peer.lost) {
                record(new Event.Lost(peer.agent, runNanos(nowNanos), String.valueOf(e.getMessage())), nowNanos);
                divideAnew(nowNanos);
            }
        }
    }

    private static Delta decoded(FromAgent.Report report) {
        try {
            return report.decoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void hearRunning(Peer peer, FromAgent.Beat beat, long nowNanos) {
        if (!isMember(peer) || peer.lost || beat.stage() != Stage.RUNNING || beat.runNanos() == 0) {
            return;
        }
        skewNanosMax = Math.max(skewNanosMax, Math.abs(beat.runNanos() - runNanos(nowNanos)));
        // From when it sent this, by its own clock: so the lease ends when it has not heard for that long.
        long lease = Math.min(beat.runNanos(), runNanos(nowNanos))
                + options.patience().toNanos();
        peer.leaseNanos = Math.max(peer.leaseNanos, lease);
    }

    /// What the time and what was heard bring; some times a beat.
    List<Sent> look(long nowNanos) {
        if (originNanos.isPresent()) {
            return lose(nowNanos) ? orderAll(nowNanos) : List.of();
        }
        if (cancelled || refusal.isPresent()) {
            return List.of();
        }
        return gather(nowNanos) ? orderAll(nowNanos) : List.of();
    }

    /// Ends the run with what it has.
    List<Sent> stop(long nowNanos) {
        if (originNanos.isEmpty()) {
            cancelled = true;
        } else if (stoppedNanos.isEmpty()) {
            record(new Event.Stopped(runNanos(nowNanos)), nowNanos);
        }
        return orderAll(nowNanos);
    }

    /// Chooses who takes part, has the first one prepared, then the others; begins when all are.
    private boolean gather(long nowNanos) {
        peers.values().removeIf(peer -> nowNanos - peer.heardNanos > options.lostAfterNanos());
        for (Peer peer : peers.values()) {
            if (peer.stage == Stage.FAILED) {
                refusal = Optional.of(peer.agent + ": " + peer.problem);
                return true;
            }
        }
        if (!peers.keySet().containsAll(crew)) {
            choose(List.of());
        }
        boolean changed = false;
        if (crew.isEmpty()) {
            if (peers.size() < options.agents()) {
                return false;
            }
            choose(peers.keySet().stream().limit(options.agents()).toList());
            if (first.isEmpty() || !crew.contains(first.get())) {
                record(new Event.First(crew.getFirst()), nowNanos);
            }
            changed = true;
        }
        if (!crew.isEmpty() && members().stream().allMatch(peer -> peer.stage == Stage.PREPARED)) {
            record(new Event.Begun(nowNanos + options.lead().toNanos(), crew), nowNanos);
            changed = true;
        }
        return changed;
    }

    /// Gives up those that are not heard, and divides what they had.
    private boolean lose(long nowNanos) {
        long run = runNanos(nowNanos);
        boolean any = false;
        for (Peer peer : members()) {
            if (peer.isDone()) {
                continue;
            }
            if (peer.stage == Stage.FAILED && !peer.last) {
                record(new Event.Lost(peer.agent, run, peer.problem), nowNanos);
                any = true;
            } else if (nowNanos - peer.heardNanos > options.lostAfterNanos()) {
                long silent = (nowNanos - peer.heardNanos) / 1_000_000;
                record(new Event.Lost(peer.agent, run, "not heard for " + silent + " ms"), nowNanos);
                any = true;
            }
        }
        if (any) {
            divideAnew(nowNanos);
        }
        return any;
    }

    private void divideAnew(long nowNanos) {
        if (plan.model() != LoadPlan.Model.OPEN || stoppedNanos.isPresent()) {
            return;
        }
        // Nobody keeps to an old share when the new ones begin: all leases have ended, or were given with the new ones.
        long from = coverage.latestFromNanos() + 1;
        for (Peer peer : members()) {
            from = Math.max(from, peer.leaseNanos);
        }
        var rest = members().stream()
                .filter(peer -> !peer.lost && !peer.last)
                .map(peer -> peer.agent)
                .toList();
        if (from <= plan.profile().lengthNanos() && !rest.isEmpty()) {
            record(new Event.Divided(from, rest), nowNanos);
        }
    }

    /// These take part.
    private void choose(List<String> agents) {
        crew = agents;
        peers.values().forEach(peer -> peer.process = -1);
        for (int i = 0; i < agents.size(); i++) {
            Objects.requireNonNull(peers.get(agents.get(i))).process = i;
        }
    }

    private List<Peer> members() {
        return crew.stream()
                .flatMap(agent -> Optional.ofNullable(peers.get(agent)).stream())
                .toList();
    }

    private boolean isMember(Peer peer) {
        return originNanos.isPresent() && peer.process >= 0;
    }

    private long runNanos(long nowNanos) {
        return originNanos.map(origin -> Math.max(0, nowNanos - origin)).orElse(0L);
    }

    private List<Sent> orderAll(long nowNanos) {
        return peers.values().stream().map(peer -> order(peer, 0, nowNanos)).toList();
    }

    private Sent order(Peer peer, long echoNanos, long nowNanos) {
        boolean running = isMember(peer);
        return new Sent(
                peer.agent,
                new Order(
                        term,
                        orders++,
                        echoNanos,
                        nowNanos,
                        task(peer),
                        first.filter(peer.agent::equals).isPresent(),
                        Math.max(0, peer.process),
                        originNanos.orElse(0L),
                        running ? coverage.sharesFrom(peer.agent, peer.runNanos) : List.of(),
                        running && !peer.lost ? peer.leaseNanos : 0,
                        peer.received,
                        stoppedNanos.isPresent() || peer.lost));
    }

    private Order.Task task(Peer peer) {
        if (cancelled || refusal.isPresent()) {
            return Order.Task.LEAVE;
        }
        if (originNanos.isEmpty()) {
            boolean firstReady = first.map(peers::get)
                    .filter(known -> known.stage == Stage.PREPARED)
                    .isPresent();
            boolean turn = firstReady || first.filter(peer.agent::equals).isPresent();
            return peer.process >= 0 && turn ? Order.Task.PREPARE : Order.Task.WAIT;
        }
        if (peer.process < 0) {
            return Order.Task.LEAVE;
        }
        if (!peer.last) {
            return Order.Task.RUN;
        }
        if (peer.stage == Stage.FINISHED || peer.stage == Stage.FAILED) {
            return Order.Task.LEAVE;
        }
        boolean othersDone = members().stream().allMatch(other -> other == peer || other.isDone());
        boolean waits = first.filter(peer.agent::equals).isPresent() && !othersDone;
        return waits ? Order.Task.RUN : Order.Task.FINISH;
    }

    /// Whether there is nothing more to wait for.
    public boolean isOver() {
        return cancelled
                || refusal.isPresent()
                || (originNanos.isPresent() && members().stream().allMatch(Peer::isDone));
    }

    /// Why the run could not begin.
    public Optional<String> refusal() {
        return refusal;
    }

    /// When the run began or will, by the controller's clock.
    public Optional<Long> originNanos() {
        return originNanos;
    }

    /// How many agents take part and are not lost.
    public int agents() {
        return (int) members().stream().filter(peer -> !peer.lost).count();
    }

    /// How many have joined.
    public int joined() {
        return peers.size();
    }

    /// What was counted until now.
    public Aggregate aggregate() {
        return aggregate;
    }

    /// What the run came to, and what of it is missing.
    public FleetResult result() {
        var missing = coverage.missing(plan.profile(), plan.spacing(), new Coverage.Said() {
            @Override
            public List<Span> spans(String agent) {
                return Optional.ofNullable(peers.get(agent))
                        .map(peer -> peer.spans)
                        .orElse(List.of());
            }

            @Override
            public long untilNanos(String agent) {
                return untilOf(agent);
            }
        });
        var lost = members().stream()
                .filter(peer -> peer.lost)
                .map(peer -> new FleetResult.Lost(peer.agent, peer.lostWhy, peer.keptUntilNanos()))
                .toList();
        long unaccounted = members().stream()
                .filter(peer -> !peer.last)
                .mapToLong(peer -> peer.inFlight)
                .sum();
        var problems = members().stream()
                .filter(peer -> !peer.problem.isEmpty() && !peer.lost)
                .map(peer -> peer.agent + ": " + peer.problem)
                .toList();
        return new FleetResult(
                crew.size(),
                aggregate,
                missing,
                lost,
                unaccounted,
                skewNanosMax,
                stoppedNanos.isPresent(),
                plan.model() == LoadPlan.Model.OPEN,
                problems);
    }

    /// When a run is stopped, each agent keeps to its share until it hears of it. The others were to as long as the
    /// last
    /// of these did: by the agents' time, as the controller's may have jumped.
    private long untilOf(String agent) {
        if (stoppedNanos.isEmpty()) {
            return Long.MAX_VALUE;
        }
        var inOrder = members().stream().filter(peer -> peer.last && !peer.lost).toList();
        for (Peer peer : inOrder) {
            if (peer.agent.equals(agent)) {
                return peer.keptUntilNanos();
            }
        }
        return inOrder.stream().mapToLong(Peer::keptUntilNanos).max().orElse(stoppedNanos.get());
    }
}

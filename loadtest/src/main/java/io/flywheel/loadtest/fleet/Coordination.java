package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.fleet.FromAgent.Stage;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.GeneratorHealth;
import io.flywheel.loadtest.result.SeriesSums;
import io.flywheel.loadtest.result.Snapshot;
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
    private Aggregate aggregate;
    private final Map<String, Peer> peers = new LinkedHashMap<>();
    private final Coverage coverage = new Coverage();
    private final List<Event> events = new ArrayList<>();
    /// What happened, but for reports.
    private final List<Event> facts = new ArrayList<>();
    private Optional<String> first = Optional.empty();
    private Optional<Long> originNanos = Optional.empty();
    private Optional<Long> stoppedNanos = Optional.empty();
    private List<String> crew = List.of();
    private Optional<String> refusal = Optional.empty();
    private final SeriesSums recent = new SeriesSums();
    private boolean cancelled;
    /// No agent was given a lease that is longer.
    private long leasedUntilNanos;
    /// How many numbers were given to agents: one that was given is nobody else's.
    private int processes;
    private long term;
    private long orders;
    private long skewNanosMax;
    private Optional<Long> lookedNanos = Optional.empty();

    /// @param interval of the timeline
    public Coordination(FleetOptions options, LoadPlan plan, Duration warmup, Duration interval) {
        this.options = options;
        this.plan = plan;
        this.aggregate = new Aggregate(warmup, Duration.ofNanos(plan.profile().lengthNanos()), interval);
    }

    /// What a controller before this one had written down, one after the other, before {@link #begin}.
    void replay(Event written, long nowNanos) {
        apply(written, nowNanos);
    }

    /// Begins, or goes on from what was replayed.
    void begin(long nowNanos) {
        record(new Event.Took(term + 1), nowNanos);
        lookedNanos = Optional.of(nowNanos);
        for (Peer peer : members()) {
            peer.leaseNanos = Math.max(peer.leaseNanos, leasedUntilNanos);
            // Connecting anew may take some attempts.
            peer.heardNanos = nowNanos + options.lostAfterNanos();
        }
    }

    private void record(Event event, long nowNanos) {
        apply(event, nowNanos);
        events.add(event);
    }

    private void apply(Event event, long nowNanos) {
        if (!(event instanceof Event.Accepted || event instanceof Event.Counted)) {
            facts.add(event);
        }
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
                leasedUntilNanos = options.patience().toNanos();
            }
            case Event.Leased(long untilNanos) -> leasedUntilNanos = untilNanos;
            case Event.Finished finished -> peer(finished.agent(), nowNanos).finish(finished);
            case Event.Divided(long fromNanos, List<String> agents) -> coverage.divide(fromNanos, agents);
            case Event.Lost(String agent, long _, String why, boolean failed) -> {
                var peer = peer(agent, nowNanos);
                peer.lost = true;
                peer.lostWhy = why;
                peer.failed = failed;
            }
            case Event.Accepted(FromAgent.Report report) -> {
                var delta = decoded(report);
                aggregate.add(delta);
                recent.add(delta.series());
                peer(report.agent(), nowNanos).accept(report, stoppedNanos.isPresent());
            }
            case Event.Counted(byte[] counted, var agents) -> {
                aggregate = read(counted);
                agents.forEach(agent -> peer(agent.agent(), nowNanos).stand(agent));
            }
            case Event.Stopped(long runNanos) -> stoppedNanos = Optional.of(runNanos);
        }
    }

    private Peer peer(String agent, long nowNanos) {
        return peers.computeIfAbsent(agent, name -> new Peer(name, nowNanos));
    }

    private static Aggregate read(byte[] counted) {
        try {
            return Snapshot.read(counted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What could be written down instead of all that was until now.
    List<Event> checkpoint() {
        var all = new ArrayList<>(facts);
        var standings = peers.values().stream().map(Peer::standing).toList();
        all.add(new Event.Counted(Snapshot.of(aggregate), standings));
        return all;
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
                processes = Math.max(processes, peer.process + 1);
                if (isMember(peer) && !peer.isDone()) {
                    hearRunning(peer, beat, nowNanos);
                    hearLeaving(peer, nowNanos);
                }
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
            if (report.last() && peer.keptUntilNanos() < plan.profile().lengthNanos()) {
                // It went before the end: what it has not kept to is the others'.
                divideAnew(nowNanos);
            }
        } catch (UncheckedIOException e) {
            if (!peer.lost) {
                record(new Event.Lost(peer.agent, runNanos(nowNanos), String.valueOf(e.getMessage()), true), nowNanos);
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
        if (beat.stage() != Stage.RUNNING || beat.runNanos() == 0) {
            return;
        }
        if (beat.runNanos() - runNanos(nowNanos) > options.patience().toNanos()) {
            // This controller's clock was set back since the start: who runs knows better how long it has been.
            originNanos = Optional.of(nowNanos - beat.runNanos());
        }
        skewNanosMax = Math.max(skewNanosMax, Math.abs(beat.runNanos() - runNanos(nowNanos)));
        // From when it sent this, by its own clock: so the lease ends when it has not heard for that long.
        long lease = Math.min(beat.runNanos(), runNanos(nowNanos))
                + options.patience().toNanos();
        if (lease > leasedUntilNanos) {
            // For more than this one: not every lease is written down.
            record(new Event.Leased(lease + options.patience().toNanos() / 2), nowNanos);
        }
        peer.leaseNanos = Math.max(peer.leaseNanos, lease);
    }

    private void hearLeaving(Peer peer, long nowNanos) {
        if (peer.last && (peer.stage == Stage.FINISHED || peer.stage == Stage.FAILED)) {
            boolean left = isFirst(peer) && !othersAreDone(peer);
            if (!left || peer.leaving) {
                boolean failed = peer.stage == Stage.FAILED;
                record(new Event.Finished(peer.agent, peer.problem, peer.cleaned, left, failed), nowNanos);
            }
        } else if (peer.leaving && !peer.last && coverage.endOf(peer.agent).isEmpty()) {
            divideAnew(nowNanos);
        }
    }

    /// What the time and what was heard bring; some times a beat.
    List<Sent> look(long nowNanos) {
        forgive(nowNanos);
        if (originNanos.isPresent()) {
            return lose(nowNanos) ? orderAll(nowNanos) : List.of();
        }
        if (cancelled || refusal.isPresent()) {
            return List.of();
        }
        return gather(nowNanos) ? orderAll(nowNanos) : List.of();
    }

    /// When this controller stood still, what agents said meanwhile is still to be read.
    private void forgive(long nowNanos) {
        long beat = options.beat().toNanos();
        long still = lookedNanos.map(looked -> nowNanos - looked - beat).orElse(0L);
        if (still > 0) {
            peers.values().forEach(peer -> peer.heardNanos += still);
        }
        lookedNanos = Optional.of(nowNanos);
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
        peers.values().removeIf(peer -> peer.leaving || nowNanos - peer.heardNanos > options.lostAfterNanos());
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
                record(new Event.Lost(peer.agent, run, peer.problem, true), nowNanos);
                any = true;
            } else if (nowNanos - peer.heardNanos > options.lostAfterNanos()) {
                long silent = (nowNanos - peer.heardNanos) / 1_000_000;
                record(new Event.Lost(peer.agent, run, "not heard for " + silent + " ms", false), nowNanos);
                any = true;
            }
        }
        if (any) {
            divideAnew(nowNanos);
        }
        return any;
    }

    private void divideAnew(long nowNanos) {
        if (stoppedNanos.isPresent()) {
            return;
        }
        // Nobody keeps to an old share when the new ones begin: all leases have ended, or were given with the new ones.
        long from = coverage.latestFromNanos() + 1;
        for (Peer peer : members()) {
            from = Math.max(from, peer.leaseNanos);
        }
        var rest = staying();
        if (from <= plan.profile().lengthNanos() && !rest.isEmpty()) {
            record(new Event.Divided(from, rest), nowNanos);
        }
    }

    /// Those who can have shares from now on.
    private List<String> staying() {
        return members().stream()
                .filter(peer -> !peer.lost && !peer.last && !peer.leaving)
                .map(peer -> peer.agent)
                .toList();
    }

    /// These take part.
    private void choose(List<String> agents) {
        crew = agents;
        peers.values().forEach(peer -> peer.member = false);
        for (String agent : agents) {
            var peer = Objects.requireNonNull(peers.get(agent));
            peer.member = true;
            if (peer.process < 0) {
                peer.process = processes++;
            }
        }
    }

    private List<Peer> members() {
        return crew.stream()
                .flatMap(agent -> Optional.ofNullable(peers.get(agent)).stream())
                .toList();
    }

    private boolean isMember(Peer peer) {
        return originNanos.isPresent() && peer.member;
    }

    private long runNanos(long nowNanos) {
        return originNanos.map(origin -> Math.max(0, nowNanos - origin)).orElse(0L);
    }

    private List<Sent> orderAll(long nowNanos) {
        return peers.values().stream().map(peer -> order(peer, 0, nowNanos)).toList();
    }

    private Sent order(Peer peer, long echoNanos, long nowNanos) {
        boolean running = isMember(peer);
        boolean isFirst = isFirst(peer) && !(running && !othersAreDone(peer));
        return new Sent(
                peer.agent,
                new Order(
                        term,
                        orders++,
                        echoNanos,
                        nowNanos,
                        task(peer),
                        isFirst,
                        Math.max(0, peer.process),
                        originNanos.orElse(0L),
                        running ? coverage.sharesFrom(peer.agent, peer.runNanos) : List.of(),
                        running && !peer.lost ? leaseOf(peer) : 0,
                        peer.received,
                        stoppedNanos.isPresent() || peer.lost || (running && isToGo(peer))));
    }

    /// No longer than it has a share.
    private long leaseOf(Peer peer) {
        return Math.min(peer.leaseNanos, coverage.endOf(peer.agent).orElse(Long.MAX_VALUE));
    }

    /// Whether a leaving agent's share is the others'.
    private boolean isToGo(Peer peer) {
        return peer.leaving
                && (staying().isEmpty()
                        || coverage.endOf(peer.agent)
                                .filter(end -> end <= peer.runNanos)
                                .isPresent());
    }

    private boolean isFirst(Peer peer) {
        return first.filter(peer.agent::equals).isPresent();
    }

    private boolean othersAreDone(Peer peer) {
        return members().stream().allMatch(other -> other == peer || other.isDone());
    }

    private Order.Task task(Peer peer) {
        if (cancelled || refusal.isPresent()) {
            return Order.Task.LEAVE;
        }
        if (originNanos.isEmpty()) {
            boolean firstReady = first.map(peers::get)
                    .filter(known -> known.stage == Stage.PREPARED)
                    .isPresent();
            boolean turn = firstReady || isFirst(peer);
            return peer.member && turn ? Order.Task.PREPARE : Order.Task.WAIT;
        }
        if (!peer.member) {
            return Order.Task.LEAVE;
        }
        if (!peer.last) {
            return Order.Task.RUN;
        }
        // What is set up once is torn down when nobody needs it any more; who leaves cannot wait for that.
        boolean waits = isFirst(peer) && !peer.leaving && !peer.lost && !othersAreDone(peer);
        if (waits && !peer.finished) {
            return Order.Task.RUN;
        }
        boolean through = peer.finished || peer.stage == Stage.FINISHED || peer.stage == Stage.FAILED;
        return through ? Order.Task.LEAVE : Order.Task.FINISH;
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

    /// What came since the last call, and until when it counts.
    Delta takeRecent(long fromNanos, long untilNanos) {
        return new Delta("all", 0, fromNanos, untilNanos, recent.take(), GeneratorHealth.nothing());
    }

    /// How many executions are in flight, by what agents said last.
    int inFlight() {
        long all = members().stream()
                .filter(peer -> !peer.lost && !peer.last)
                .mapToLong(peer -> peer.inFlight)
                .sum();
        return (int) Math.min(all, Integer.MAX_VALUE);
    }

    /// What was counted until now.
    public Aggregate aggregate() {
        return aggregate;
    }

    /// What the run came to, and what of it is missing.
    public FleetResult result() {
        return new Reckoning(plan, coverage, members(), first, stoppedNanos).result(aggregate, skewNanosMax);
    }
}

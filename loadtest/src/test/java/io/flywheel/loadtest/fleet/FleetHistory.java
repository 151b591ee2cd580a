package io.flywheel.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.result.Latencies;
import io.flywheel.loadtest.schedule.Arrivals;
import io.flywheel.loadtest.schedule.RateProfile;
import io.flywheel.loadtest.schedule.Share;
import io.flywheel.loadtest.schedule.Span;
import io.flywheel.loadtest.schedule.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// One run of a fleet from a seed: messages are lost, late and out of order, agents are cut off, freeze and die, clocks
/// are wrong, the controller is killed and comes back from what it wrote down.
final class FleetHistory {
    static final long MILLI = 1_000_000;
    static final long SECOND = 1_000 * MILLI;
    private static final long HOUR = 3_600 * SECOND;
    private static final long STEP = 10 * MILLI;

    /// What goes wrong.
    ///
    /// @param loss of messages
    /// @param clocks may be wrong by one in a hundred, beside having any offset
    record Faults(
            double loss,
            long delayMeanNanos,
            boolean cuts,
            boolean freezes,
            boolean deaths,
            boolean kills,
            boolean clocks,
            boolean stop,
            boolean leaves) {
        static final Faults NONE = new Faults(0, MILLI, false, false, false, false, false, false, false);

        static Faults drawn(SplittableRandom random) {
            return new Faults(
                    random.nextInt(3) == 0 ? 0.1 : 0,
                    random.nextInt(2) == 0 ? MILLI : 30 * MILLI,
                    random.nextBoolean(),
                    random.nextBoolean(),
                    random.nextBoolean(),
                    random.nextBoolean(),
                    random.nextInt(3) == 0,
                    random.nextInt(4) == 0,
                    random.nextInt(3) == 0);
        }
    }

    private record Happening(long atNanos, long number, Runnable what) {}

    private final SplittableRandom random;
    private final Faults faults;
    private final FleetOptions options;
    private final LoadPlan plan;
    private final Map<String, SimulatedAgent> agents = new LinkedHashMap<>();
    private final Map<String, Long> cutUntil = new HashMap<>();
    private final PriorityQueue<Happening> events = new PriorityQueue<>((one, other) -> one.atNanos() != other.atNanos()
            ? Long.compare(one.atNanos(), other.atNanos())
            : Long.compare(one.number(), other.number()));
    private final List<byte[]> journal = new ArrayList<>();
    /// Everything that was written down, also what checkpoints took the place of.
    private final List<byte[]> said = new ArrayList<>();
    private int spoken;
    /// The latency of each arrival that was started.
    private final Map<Long, Long> truth = new HashMap<>();
    private @Nullable Coordination controller;
    private boolean planned;
    private boolean over;
    private int life;
    private long numbered;
    private long now;
    private long wallJump;
    private long stopToldAtNanos = Long.MAX_VALUE;

    /// At an even rate.
    ///
    /// @param report how often agents report
    FleetHistory(long seed, int agentCount, double rate, Duration length, Duration report, Faults faults) {
        this(
                seed,
                agentCount,
                LoadPlan.Model.OPEN,
                new RateProfile(List.of(new Stage.Hold(rate, length))),
                report,
                faults);
    }

    /// @param report how often agents report
    FleetHistory(long seed, int agentCount, LoadPlan.Model model, RateProfile profile, Duration report, Faults faults) {
        this.random = new SplittableRandom(seed);
        this.faults = faults;
        this.options = FleetOptions.of(agentCount);
        this.plan = new LoadPlan(
                model,
                profile,
                Arrivals.Spacing.CONSTANT,
                List.of(BigDecimal.ONE),
                seed,
                1_000_000,
                Duration.ZERO,
                Duration.ofSeconds(1));
        for (int i = 0; i < agentCount; i++) {
            double clock = 1 + (random.nextDouble() - 0.5) * (faults.clocks() ? 0.02 : 2e-4);
            long offset = random.nextLong(-1_000_000_000_000_000L, 1_000_000_000_000_000L);
            agents.put("a" + i, new SimulatedAgent("a" + i, options, plan, this::started, report, clock, offset));
        }
    }

    private void started(long number, long latencyNanos) {
        assertThat(truth.put(number, latencyNanos))
                .as("arrival %s is started once", number)
                .isNull();
    }

    private void at(long nanos, Runnable what) {
        events.add(new Happening(nanos, numbered++, what));
    }

    private long clock() {
        return now + wallJump;
    }

    /// Runs it to its end.
    FleetResult run() {
        startController();
        agents.values().forEach(agent -> at(random.nextLong(SECOND), () -> wake(agent)));
        long length = plan.profile().lengthNanos();
        long limit = length + 400 * SECOND;
        while (!events.isEmpty() && now < limit) {
            var event = events.remove();
            now = event.atNanos();
            event.what().run();
            if (over && controller != null) {
                return controller.result();
            }
        }
        throw new AssertionError("the run does not end: " + journal.size() + " events");
    }

    /// Once it has begun: a fleet waits for as many agents as it is to have.
    private void plan(long length) {
        var all = List.copyOf(agents.values());
        int victims = Math.max(1, all.size() / 5);
        for (int i = 0; i < victims; i++) {
            var agent = all.get(random.nextInt(all.size()));
            if (faults.deaths() && random.nextBoolean()) {
                at(now + random.nextLong(length), () -> agent.dead = true);
            }
            if (faults.leaves()) {
                agent.leaveAt(now + random.nextLong(length));
            }
            if (faults.freezes()) {
                at(now + random.nextLong(length), () -> agent.frozenUntil = now + random.nextLong(10 * SECOND));
            }
            if (faults.cuts()) {
                at(now + random.nextLong(length), () -> cutUntil.put(agent.name, now + random.nextLong(20 * SECOND)));
            }
        }
        for (int i = random.nextInt(3); faults.kills() && i >= 0; i--) {
            at(now + random.nextLong(length + 5 * SECOND), this::killController);
        }
        if (faults.stop()) {
            at(now + 2 * SECOND + random.nextLong(length), this::stop);
        }
    }

    private void stop() {
        if (controller == null) {
            at(now + SECOND, this::stop);
            return;
        }
        stopToldAtNanos = Math.min(now, stopToldAtNanos);
        send(controller.stop(clock()));
    }

    private void startController() {
        var started = new Coordination(options, plan, Duration.ZERO, Duration.ofSeconds(1));
        for (byte[] bytes : journal) {
            started.replay(decoded(() -> FleetCodec.decodeEvent(bytes)), clock());
        }
        started.begin(clock());
        controller = started;
        life++;
        writeDown(started);
        look(life);
    }

    private void killController() {
        controller = null;
        at(now + random.nextLong(6 * SECOND), () -> {
            if (controller == null) {
                wallJump += random.nextLong(-2 * SECOND, 2 * SECOND);
                if (faults.clocks() && random.nextInt(3) == 0) {
                    wallJump += random.nextBoolean() ? HOUR : -HOUR;
                }
                startController();
            }
        });
    }

    private void look(int ofLife) {
        if (controller != null && life == ofLife) {
            if (!planned && controller.originNanos().isPresent()) {
                planned = true;
                plan(plan.profile().lengthNanos());
            }
            send(controller.look(clock()));
            over = controller != null && controller.isOver();
            at(now + 100 * MILLI, () -> look(ofLife));
        }
    }

    private void writeDown(Coordination of) {
        of.takeEvents().forEach(event -> journal.add(FleetCodec.encode(event)));
        journal.stream().skip(spoken).forEach(entry -> said.add(entry));
        spoken = journal.size();
        if (faults.kills() && random.nextInt(200) == 0) {
            journal.clear();
            of.checkpoint().forEach(event -> journal.add(FleetCodec.encode(event)));
            spoken = journal.size();
        }
    }

    private void send(List<Coordination.Sent> sent) {
        var of = Objects.requireNonNull(controller);
        writeDown(of);
        if (faults.kills() && random.nextInt(3_000) == 0) {
            // Written down, but nobody hears of it.
            killController();
            return;
        }
        for (var one : sent) {
            byte[] bytes = FleetCodec.encode(one.order());
            var agent = agents.get(one.agent());
            transport(one.agent(), () -> {
                if (agent != null && agent.runs(now)) {
                    var order = decoded(() -> FleetCodec.decodeOrder(bytes));
                    agent.obey(agent.participation.receive(order, agent.local(now)), now);
                    say(agent);
                }
            });
        }
    }

    private void say(SimulatedAgent agent) {
        for (FromAgent message : agent.participation.due(agent.local(now))) {
            byte[] bytes = FleetCodec.encode(message);
            transport(agent.name, () -> {
                if (controller != null) {
                    send(controller.receive(decoded(() -> FleetCodec.decodeFromAgent(bytes)), clock()));
                }
            });
        }
    }

    private void transport(String agent, Runnable arrival) {
        if (random.nextDouble() < faults.loss() || cutUntil.getOrDefault(agent, 0L) > now) {
            return;
        }
        long delay = 50_000 + (long) (-Math.log(1 - random.nextDouble()) * faults.delayMeanNanos());
        at(now + delay, arrival);
    }

    private void wake(SimulatedAgent agent) {
        if (agent.dead || agent.left) {
            return;
        }
        if (agent.runs(now)) {
            agent.work(now);
            agent.obey(agent.participation.look(agent.local(now)), now);
            say(agent);
        }
        at(Math.max(now, agent.frozenUntil) + STEP, () -> wake(agent));
    }

    private interface Decoding<T> {
        T decode() throws IOException;
    }

    private static <T> T decoded(Decoding<T> decoding) {
        try {
            return decoding.decode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Holds what the result says against what really was started.
    void check(FleetResult result) {
        if (plan.model() == LoadPlan.Model.CLOSED) {
            checkUsers(result);
        } else {
            checkArrivals(result);
        }
    }

    /// No user was had by two agents at a time, and what was kept to and what is missing are together all of them.
    private void checkUsers(FleetResult result) {
        for (var one : agents.values()) {
            for (var other : agents.values()) {
                if (one != other) {
                    checkDisjoint(one.kept().spans(), other.kept().spans());
                }
            }
        }
        Map<String, FromAgent.Report> reported = new HashMap<>();
        long counted = 0;
        for (byte[] bytes : said) {
            if (decoded(() -> FleetCodec.decodeEvent(bytes)) instanceof Event.Accepted(FromAgent.Report report)) {
                reported.put(report.agent(), report);
                counted += ended(report);
            }
        }
        double kept = reported.values().stream()
                .flatMap(report -> report.spans().stream())
                .mapToDouble(span -> span.userSeconds(plan.profile()))
                .sum();
        double all = new Span(Share.WHOLE, 0, plan.profile().lengthNanos()).userSeconds(plan.profile());
        if (result.stopped()) {
            assertThat(kept + result.missingArrivals()).isLessThan(all + 1e-6);
        } else {
            assertThat(kept + result.missingArrivals()).isCloseTo(all, within(1e-6));
        }
        long merged =
                result.aggregate().total("get").map(series -> series.ended()).orElse(0L);
        assertThat(merged).isEqualTo(counted).isLessThanOrEqualTo(truth.size());
        if (reported.values().stream().filter(FromAgent.Report::last).count() == agents.size()) {
            assertThat(merged).isEqualTo(truth.size());
        }
    }

    private static void checkDisjoint(List<Span> spans, List<Span> others) {
        for (Span one : spans) {
            for (Span other : others) {
                if (one.fromNanos() < other.toNanos() && other.fromNanos() < one.toNanos()) {
                    assertThat(one.share().epoch())
                            .as("%s and %s", one, other)
                            .isEqualTo(other.share().epoch());
                    assertThat(one.share().index()).isNotEqualTo(other.share().index());
                }
            }
        }
    }

    private static long ended(FromAgent.Report report) {
        return decoded(report::decoded).series().values().stream()
                .mapToLong(series -> series.ended())
                .sum();
    }

    private void checkArrivals(FleetResult result) {
        Set<Long> missing = numbersMissing(result);
        assertThat((double) missing.size()).isEqualTo(result.missingArrivals());
        var single = Latencies.empty();
        long covered = 0;
        long length = result.stopped() ? stoppedNanos() : Long.MAX_VALUE;
        var all = Arrivals.of(plan.profile(), plan.spacing(), plan.seed(), Share.WHOLE);
        while (all.advance()) {
            @Nullable Long latency = truth.get(all.number());
            if (missing.contains(all.number())) {
                continue;
            }
            // Agents that were told to stop have stopped when they heard of it, by their own clocks.
            if (all.nanos() < length) {
                assertThat(latency)
                        .as("arrival %s is not missing", all.number())
                        .isNotNull();
                covered++;
            }
            if (latency != null) {
                single.recordValue(latency);
            }
        }
        var merged = result.aggregate().total("get").map(series -> series.latency());
        long counted = merged.map(Histogram::getTotalCount).orElse(0L);
        if (result.stopped()) {
            assertThat(counted + result.unaccounted()).isBetween(covered, single.getTotalCount());
        } else {
            assertThat(counted + result.unaccounted()).isEqualTo(covered);
        }
        merged.ifPresent(histogram -> {
            for (var value : histogram.recordedValues()) {
                assertThat(single.getCountAtValue(value.getValueIteratedTo()))
                        .isGreaterThanOrEqualTo(value.getCountAtValueIteratedTo());
            }
        });
        if (counted == single.getTotalCount()) {
            assertThat(merged.map(histogram -> Latencies.sameBuckets(histogram, single))
                            .orElse(true))
                    .isTrue();
        }
    }

    private Set<Long> numbersMissing(FleetResult result) {
        Set<Long> missing = new HashSet<>();
        for (var part : result.missing()) {
            var arrivals = Arrivals.of(
                    plan.profile(), plan.spacing(), plan.seed(), part.span().share());
            while (arrivals.advance() && arrivals.nanos() < part.span().toNanos()) {
                if (arrivals.nanos() >= part.span().fromNanos()) {
                    assertThat(missing.add(arrivals.number())).isTrue();
                }
            }
        }
        return missing;
    }

    /// Until when all kept to their shares that were not lost.
    private long stoppedNanos() {
        long stopped = Long.MAX_VALUE;
        boolean told = false;
        for (byte[] bytes : said) {
            var event = decoded(() -> FleetCodec.decodeEvent(bytes));
            if (event instanceof Event.Stopped(long nanos)) {
                stopped = Math.min(stopped, nanos);
                told = true;
            }
            if (told && event instanceof Event.Accepted(FromAgent.Report report) && report.last()) {
                stopped = Math.min(
                        stopped,
                        report.spans().isEmpty() ? 0 : report.spans().getLast().toNanos());
            }
        }
        return stopped;
    }

    List<SimulatedAgent> agents() {
        return List.copyOf(agents.values());
    }

    SimulatedAgent agent(String name) {
        return Objects.requireNonNull(agents.get(name));
    }

    /// Who did what is done once.
    String first() {
        for (byte[] bytes : said) {
            if (decoded(() -> FleetCodec.decodeEvent(bytes)) instanceof Event.First(String agent)) {
                return agent;
            }
        }
        throw new AssertionError("nobody was first");
    }

    long stopToldAtNanos() {
        return stopToldAtNanos;
    }

    Map<Long, Long> truth() {
        return truth;
    }

    long seconds() {
        return now / SECOND;
    }
}

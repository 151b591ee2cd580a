package io.flywheel.loadtest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.Clock;
import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.Settings;
import io.flywheel.loadtest.api.TransactionFailed;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.result.SeriesDelta;
import io.flywheel.loadtest.schedule.Arrivals;
import io.flywheel.loadtest.schedule.RateProfile;
import io.flywheel.loadtest.schedule.Share;
import io.flywheel.loadtest.schedule.Stage;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The engine in real time, on virtual threads. Nothing here depends on how fast the machine is.
final class LoadRunTest {
    private static final Run RUN = new RunInfo(Run.Mode.LOAD, "", 1, "run", 0, new Settings(Map.of()), _ -> {});
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Clock CLOCK = new SystemClock();

    private final Aggregate aggregate = new Aggregate(Duration.ZERO, Duration.ofDays(1), Duration.ofSeconds(1));

    @Test
    void shouldCountEveryArrivalHoweverItEnds() throws InterruptedException {
        var work = new ThreadBody(execution -> switch ((int) (execution.number() % 4)) {
            case 0 -> true;
            case 1 -> throw new TransactionFailed("status 503", "slow down");
            case 2 -> !execution.check("is odd", false);
            default -> false;
        });
        var run = run(open(2_000, Duration.ofMillis(500), 100_000), new Subject("get", work, LONG));
        assertThat(run.await(LONG)).isTrue();
        var counts = counts();
        assertThat(counts.starved()).isEqualTo(250);
        assertThat(counts.ended()).isEqualTo(750);
        assertThat(counts.errors()).isEqualTo(Map.of("status 503", 250L, "check: is odd", 250L));
        assertThat(counts.checks().get("is odd")).hasToString("CheckCount[passed=0, failed=250]");
        assertThat(aggregate.health().lag().getTotalCount()).isEqualTo(1_000);
    }

    /// However long the intervals are, each delta is of the warm-up, the measured time or the drain.
    @Test
    void shouldCutDeltasWhereTheWarmUpAndTheScheduleEnd() throws InterruptedException {
        var boundaries = new Boundaries(10, 25, 42);
        assertThat(Stream.iterate(0L, boundaries::after).limit(9))
                .containsExactly(0L, 10L, 20L, 25L, 30L, 40L, 42L, 50L, 60L);
        assertThat(new Boundaries(100, 0, 42).after(0)).isEqualTo(42);
        var warmup = Duration.ofMillis(100);
        var length = Duration.ofMillis(300);
        var counted = new Aggregate(warmup, length, Duration.ofHours(1));
        var recorder = new Recorder("a");
        Body held = Execution::began;
        var plan = new LoadPlan(
                LoadPlan.Model.OPEN,
                new RateProfile(List.of(new Stage.Hold(10, length))),
                Arrivals.Spacing.CONSTANT,
                List.of(BigDecimal.ONE),
                1,
                100,
                warmup,
                Duration.ofMillis(50));
        var subjects = List.of(new Subject("get", held, LONG));
        var starter = new Starter(CLOCK, RUN, recorder, subjects, 100, new Starter.Listener() {});
        var run = new LoadRun(CLOCK, plan, Share.WHOLE, subjects, starter, recorder, Duration.ofHours(1), counted::add);
        run.start(CLOCK.monotonicNanos());
        assertThat(run.await(LONG)).isTrue();
        assertThat(counted.seconds()).isGreaterThan(0);
        assertThat(counted.all().errors()).isEqualTo(Map.of("not ended", 3L));
        assertThat(counted.rates(Optional.empty()).succeeded()).isZero();
    }

    @Test
    void shouldInterruptWhatTakesTooLongAndReleaseItWhenItEnds() throws InterruptedException {
        var interrupted = new AtomicInteger();
        var work = new ThreadBody(_ -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.incrementAndGet();
            }
            return true;
        });
        var run = run(open(100, Duration.ofMillis(100), 100), new Subject("get", work, Duration.ofMillis(50)));
        assertThat(run.await(LONG)).isTrue();
        assertThat(counts().errors()).isEqualTo(Map.of("timeout", 10L));
        assertThat(interrupted).hasValue(10);
    }

    @Test
    void shouldGiveUpWhatHasNotEndedAfterTheDrain() throws InterruptedException {
        Body never = Execution::began;
        var run = run(open(100, Duration.ofMillis(100), 100, Duration.ofMillis(200)), new Subject("get", never, LONG));
        assertThat(run.await(LONG)).isTrue();
        assertThat(counts().errors()).isEqualTo(Map.of("not ended", 10L));
    }

    @Test
    void shouldKeepTheConcurrencyThatWasAskedFor() throws InterruptedException {
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        var users = ConcurrentHashMap.<Integer>newKeySet();
        var enough = new CountDownLatch(5_000);
        var work = new ThreadBody(execution -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            users.add(execution.user().number());
            now.decrementAndGet();
            enough.countDown();
            return true;
        });
        var run = run(closed(7), new Subject("get", work, LONG));
        enough.await();
        run.stop();
        assertThat(run.await(LONG)).isTrue();
        assertThat(most).hasValueLessThanOrEqualTo(7);
        assertThat(users).hasSizeBetween(1, 7);
        assertThat(counts().ended()).isGreaterThanOrEqualTo(5_000);
    }

    /// Two event loops with two users each: who ends on one goes on there, so that neither gets the other's.
    @Test
    void shouldLetAUserGoOnWhereItsExecutionEnded() throws InterruptedException {
        var loops = List.of(
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name("loop-0").factory()),
                Executors.newSingleThreadExecutor(
                        Thread.ofPlatform().name("loop-1").factory()));
        var next = new AtomicInteger();
        var most = new AtomicInteger();
        var users = List.of(new AtomicInteger(), new AtomicInteger());
        var enough = new CountDownLatch(20_000);
        Body body = execution -> {
            String here = Thread.currentThread().getName();
            int loop = here.startsWith("loop-") ? here.charAt(5) - '0' : next.getAndIncrement() % 2;
            most.accumulateAndGet(users.get(loop).incrementAndGet(), Math::max);
            loops.get(loop).execute(() -> {
                users.get(loop).decrementAndGet();
                execution.succeed();
                enough.countDown();
                execution.release();
            });
        };
        try {
            var run = run(closed(4), new Subject("get", body, LONG));
            enough.await();
            run.stop();
            assertThat(run.await(LONG)).isTrue();
        } finally {
            loops.forEach(ExecutorService::shutdown);
        }
        assertThat(next).hasValueLessThanOrEqualTo(4);
        assertThat(most).hasValueLessThanOrEqualTo(2);
    }

    @Test
    void shouldSendNothingMoreWhenNobodyCounts() throws InterruptedException {
        var started = new AtomicInteger();
        Body immediate = execution -> {
            started.incrementAndGet();
            execution.succeed();
            execution.release();
        };
        var subjects = List.of(new Subject("get", immediate, LONG));
        var plan = open(1_000, LONG, 100);
        var recorder = new Recorder("a");
        var starter = new Starter(CLOCK, RUN, recorder, subjects, 100, new Starter.Listener() {});
        var run = new LoadRun(CLOCK, plan, Share.WHOLE, subjects, starter, recorder, Duration.ofMillis(100), _ -> {
            throw new IllegalStateException("the disk is full");
        });
        run.start(CLOCK.monotonicNanos());
        assertThatThrownBy(() -> run.await(LONG))
                .hasMessage("the generator crashed")
                .hasRootCauseMessage("the disk is full");
        assertThat(run.wasStopped()).isTrue();
        assertThat(started).hasValueLessThan(60_000);
    }

    /// Executions that end within their start would overflow the stack if each started the next.
    @Test
    void shouldNotPileUpExecutionsThatEndAtOnce() throws InterruptedException {
        var enough = new CountDownLatch(200_000);
        Body immediate = execution -> {
            execution.succeed();
            execution.release();
            enough.countDown();
        };
        var run = run(closed(3), new Subject("get", immediate, LONG));
        enough.await();
        run.stop();
        assertThat(run.await(LONG)).isTrue();
        assertThat(counts().failed()).isZero();
    }

    @Test
    void shouldHoldTenThousandWaitingTransactions() throws InterruptedException {
        var all = new CountDownLatch(10_000);
        var work = new ThreadBody(_ -> {
            all.countDown();
            all.await();
            return true;
        });
        var run = run(open(20_000, Duration.ofMillis(500), 20_000), new Subject("wait", work, LONG));
        assertThat(run.await(LONG)).isTrue();
        var counts = aggregate.total("wait").orElseThrow();
        assertThat(counts.succeeded()).isEqualTo(10_000);
        assertThat(aggregate.health().inFlightMax()).isEqualTo(10_000);
    }

    private LoadRun run(LoadPlan plan, Subject subject) {
        var recorder = new Recorder("a");
        var starter =
                new Starter(CLOCK, RUN, recorder, List.of(subject), plan.inFlightMax(), new Starter.Listener() {});
        var run = new LoadRun(
                CLOCK, plan, Share.WHOLE, List.of(subject), starter, recorder, Duration.ofMillis(100), aggregate::add);
        run.start(CLOCK.monotonicNanos());
        return run;
    }

    private static LoadPlan open(double rate, Duration length, int inFlightMax) {
        return open(rate, length, inFlightMax, LONG);
    }

    private static LoadPlan open(double rate, Duration length, int inFlightMax, Duration drain) {
        return plan(LoadPlan.Model.OPEN, new Stage.Hold(rate, length), inFlightMax, drain);
    }

    private static LoadPlan closed(int users) {
        return plan(LoadPlan.Model.CLOSED, new Stage.Hold(users, LONG), 100, LONG);
    }

    private static LoadPlan plan(LoadPlan.Model model, Stage stage, int inFlightMax, Duration drain) {
        return new LoadPlan(
                model,
                new RateProfile(List.of(stage)),
                Arrivals.Spacing.CONSTANT,
                List.of(BigDecimal.ONE),
                1,
                inFlightMax,
                Duration.ZERO,
                drain);
    }

    private SeriesDelta counts() {
        return aggregate.total("get").orElseThrow();
    }
}

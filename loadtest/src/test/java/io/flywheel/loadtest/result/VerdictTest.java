package io.flywheel.loadtest.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class VerdictTest {
    private static final Optional<String> ALL = Optional.empty();
    private final Recorder recorder = new Recorder("a");
    private GeneratorHealth health = GeneratorHealth.nothing();
    private long time;

    @Test
    void shouldPassWhatHoldsItsThresholds() {
        succeed("get", 1_000, 5_000_000);
        var verdict = verdict(
                List.of(
                        new Threshold.Percentile(ALL, 99.9, 5_100_000),
                        new Threshold.Percentile(Optional.of("get"), 100, 5_100_000),
                        new Threshold.Errors(ALL, 0),
                        new Threshold.Dropped(ALL, 0),
                        new Threshold.Throughput(ALL, 100)),
                List.of());
        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.PASS);
        assertThat(verdict.kind().exitCode()).isEqualTo(0);
    }

    @Test
    void shouldFailWhatBreaksOne() {
        succeed("get", 990, 5_000_000);
        fail("get", 10);
        recorder.transaction("get").dropped();
        var verdict = verdict(
                List.of(
                        new Threshold.Percentile(ALL, 99, 4_000_000),
                        new Threshold.Errors(ALL, 0.01),
                        new Threshold.Errors(ALL, 0.009),
                        new Threshold.Dropped(ALL, 0.0001),
                        new Threshold.Throughput(ALL, 99.1),
                        new Threshold.Throughput(Optional.of("put"), 1)),
                List.of());
        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.FAIL);
        assertThat(verdict.outcomes().stream().map(Threshold.Outcome::held))
                .containsExactly(false, true, false, false, false, false);
        assertThat(verdict.outcomes().get(0).threshold().text()).isEqualTo("all: p99 at most 4 ms");
        assertThat(verdict.outcomes().get(0).measured()).isEqualTo("5 ms");
        assertThat(verdict.outcomes().get(2).measured()).isEqualTo("1 %");
    }

    @Test
    void shouldNeitherPassNorFailWhereTheGeneratorWasTheBottleneck() {
        succeed("get", 1_000, 5_000_000);
        var verdict = verdict(List.of(new Threshold.Errors(ALL, 0)), List.of("too late"));
        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.INVALID);
        assertThat(verdict.kind().exitCode()).isEqualTo(3);
        assertThat(verdict.reasons()).containsExactly("too late");
    }

    @Test
    void shouldFailWhatReadWrongContentWhateverElseHolds() {
        succeed("get", 1_000, 5_000_000);
        recorder.transaction("get")
                .failed(
                        new SeriesRecorder.Times(1, 1),
                        0,
                        0,
                        new FailureSample(1, 0, Verdict.WRONG_CONTENT, "", List.of()));
        var verdict = verdict(List.of(new Threshold.Errors(ALL, 1)), List.of("too late"));
        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.FAIL);
        assertThat(verdict.reasons()).containsExactly("wrong content was read 1 times");
    }

    @Test
    void shouldNotPassWhereNothingEnded() {
        assertThat(verdict(List.of(), List.of()).kind()).isEqualTo(Verdict.Kind.INVALID);
    }

    @Test
    void shouldSayEachThingThatMakesTheGeneratorTheBottleneck() {
        var punctual = Latencies.empty();
        punctual.recordValueWithCount(100_000, 1_000);
        var late = Latencies.empty();
        late.recordValueWithCount(100_000, 980);
        late.recordValueWithCount(30_000_000, 20);
        var healthy = new GeneratorHealth(
                punctual, 2_000_000_000, 900_000_000, 800_000_000, 0.9, 9_000_000, 9_000_000, 5, 5, 9, 0);
        assertThat(exceeded(seconds("a", 1, healthy))).isEmpty();
        assertThat(exceeded(seconds("a", 1, GeneratorHealth.nothing()))).isEmpty();
        var ill = new GeneratorHealth(
                late, 2_000_000_000, 1_900_000_000, 999_000_000, 1, 300_000_000, 200_000_000, 5, 99, 100, 3);
        assertThat(exceeded(seconds("a", 1, ill)))
                .satisfiesExactly(
                        reason -> assertThat(reason).contains("30 ms late").contains("processors were busy"),
                        reason -> assertThat(reason).contains("the generator used 95 % of its processors"),
                        reason -> assertThat(reason)
                                .contains("event loop of the generator was busy for 99.9 % of the time"),
                        reason -> assertThat(reason).contains("stopped the generator for 200 ms"),
                        reason -> assertThat(reason).contains("for 30 % of the time"),
                        reason -> assertThat(reason).contains("99 files and sockets open of 100"),
                        reason -> assertThat(reason).contains("refused 3 connections"));
    }

    @Test
    void shouldSeeSomeSecondsAndAnAgentThatTheMeanHides() {
        var rested = using(0.1, 0);
        var hour = seconds("a", 3_600, rested);
        hour.addAll(seconds("b", 1_800, rested));
        assertThat(exceeded(hour)).isEmpty();
        hour.addAll(secondsFrom("b", 1_800, 10, using(0.97, 0.2)));
        hour.addAll(secondsFrom("b", 1_810, 1_790, rested));
        assertThat(exceeded(hour))
                .satisfiesExactly(
                        reason -> assertThat(reason).contains("agent b used 97 % of its processors"),
                        reason -> assertThat(reason).contains("agent b for 20 % of the time"));
    }

    @Test
    void shouldLetOneBusySecondPass() {
        var run = seconds("a", 20, using(0.5, 0.01));
        run.addAll(secondsFrom("a", 20, 1, using(1, 0.1)));
        run.addAll(secondsFrom("a", 21, 20, using(0.5, 0.01)));
        assertThat(exceeded(run)).isEmpty();
    }

    /// A generator that computes until the end of the schedule, and then waits for what is in flight.
    @Test
    void shouldJudgeTheGeneratorWithinTheSchedule() {
        var aggregate = new Aggregate(Duration.ZERO, Duration.ofSeconds(4), Duration.ofSeconds(1));
        seconds("a", 4, using(0.95, 0)).forEach(aggregate::add);
        secondsFrom("a", 4, 30, using(0, 0)).forEach(aggregate::add);
        assertThat(GeneratorLimits.USUAL.exceededBy(aggregate)).hasSize(1);
        assertThat(aggregate.health().cpuShare()).isEqualTo(0.95);
    }

    /// A stall of 1 s in ten minutes at 100/s: the p99 of the lag does not show it, the p99.9 of the latency does.
    @Test
    void shouldNotChargeTheServiceWithWhatTheGeneratorStartedLate() {
        succeed("get", 59_900, 2_000_000);
        var lag = Latencies.empty();
        lag.recordValueWithCount(50_000, 59_900);
        for (int i = 0; i < 100; i++) {
            recorder.transaction("get")
                    .succeeded(new SeriesRecorder.Times(i * 10_000_000L + 2_000_000, 2_000_000), 0, 0);
            lag.recordValue(i * 10_000_000L);
        }
        health = new GeneratorHealth(lag, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        var delta = recorder.take(10_000_000_000L, health);
        assertThat(verdict(delta, List.of(new Threshold.Percentile(ALL, 99, 5_000_000)))
                        .kind())
                .isEqualTo(Verdict.Kind.PASS);
        var late = verdict(delta, List.of(new Threshold.Percentile(ALL, 99.9, 5_000_000)));
        assertThat(late.kind()).isEqualTo(Verdict.Kind.INVALID);
        assertThat(late.reasons())
                .containsExactly("'all: p99.9 at most 5 ms' is broken only by what the generator started late");
        // What is broken all the same is the service's.
        var broken = verdict(
                delta,
                List.of(new Threshold.Percentile(ALL, 99.9, 5_000_000), new Threshold.Percentile(ALL, 50, 1_000_000)));
        assertThat(broken.kind()).isEqualTo(Verdict.Kind.FAIL);
    }

    @Test
    void shouldFailAServiceThatIsSlowWithAPunctualGenerator() {
        succeed("get", 990, 2_000_000);
        succeed("get", 10, 600_000_000);
        var lag = Latencies.empty();
        lag.recordValueWithCount(50_000, 1_000);
        health = new GeneratorHealth(lag, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(verdict(List.of(new Threshold.Percentile(ALL, 99.9, 500_000_000)), List.of())
                        .kind())
                .isEqualTo(Verdict.Kind.FAIL);
    }

    @Test
    void shouldNotChargeTheServiceWithWhatWasDroppedAsItCameAllAtOnce() {
        succeed("get", 900, 2_000_000);
        for (int i = 0; i < 100; i++) {
            recorder.transaction("get").dropped();
        }
        var lag = Latencies.empty();
        lag.recordValueWithCount(50_000, 99_000);
        lag.recordValueWithCount(500_000_000, 100);
        health = new GeneratorHealth(lag, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        var delta = recorder.take(10_000_000_000L, health);
        assertThat(verdict(delta, List.of(new Threshold.Dropped(ALL, 0.01))).kind())
                .isEqualTo(Verdict.Kind.INVALID);
        assertThat(verdict(
                                new Delta("a", 0, 0, 10, delta.series(), GeneratorHealth.nothing()),
                                List.of(new Threshold.Dropped(ALL, 0.01)))
                        .kind())
                .isEqualTo(Verdict.Kind.FAIL);
    }

    /// 700/s are asked for in 30 s; the service does 300/s, the rest in the 20 s after.
    @Test
    void shouldNotCountWhatEndsInTheDrainAsThroughput() {
        var aggregate = new Aggregate(Duration.ZERO, Duration.ofSeconds(30), Duration.ofSeconds(1));
        for (int second = 1; second <= 50; second++) {
            for (int i = 0; i < (second <= 30 ? 300 : 600); i++) {
                recorder.transaction("get").succeeded(new SeriesRecorder.Times(1_000, 1_000), 10, 20);
            }
            aggregate.add(recorder.take(second * 1_000_000_000L, GeneratorHealth.nothing()));
        }
        assertThat(aggregate.rates(ALL)).isEqualTo(new Rates(300, 3_000, 6_000));
        assertThat(aggregate.rates(Optional.of("get"))).isEqualTo(aggregate.rates(ALL));
        assertThat(aggregate.all().succeeded()).isEqualTo(21_000);
        var throughput = List.<Threshold>of(new Threshold.Throughput(ALL, 450));
        var verdict = Verdict.of(aggregate, throughput, GeneratorLimits.USUAL, List.of());
        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.FAIL);
        assertThat(verdict.outcomes().getFirst().measured()).isEqualTo("300/s");
    }

    @Test
    void shouldDivideByTheTimeInWhichItCounted() {
        var aggregate = new Aggregate(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(10));
        for (int until : new int[] {5, 10, 20, 30, 31}) {
            recorder.transaction("get").succeeded(new SeriesRecorder.Times(1_000, 1_000), 0, 0);
            aggregate.add(recorder.take(until * 1_000_000_000L, GeneratorHealth.nothing()));
        }
        assertThat(aggregate.seconds()).isEqualTo(25);
        assertThat(aggregate.rates(ALL).succeeded()).isEqualTo(3 / 25.0);
    }

    @Test
    void shouldSayInvalidWhereMuchHadNothingToWorkOn() {
        succeed("get", 1_000, 1_000);
        starve("get", 10);
        assertThat(verdict(List.of(), List.of()).kind()).isEqualTo(Verdict.Kind.PASS);
        succeed("get", 1_000, 1_000);
        starve("get", 11);
        assertThat(verdict(List.of(), List.of()).reasons())
                .containsExactly("1.09 % of the transactions were not started, as there was no data or result for"
                        + " them, 1 % are allowed");
        succeed("get", 1_000, 1_000);
        starve("put", 1);
        assertThat(verdict(List.of(), List.of()).reasons())
                .containsExactly("'put' never had data or a result to work on");
    }

    @Test
    void shouldFindWrongContentInTheWarmUpAndAmongManyKinds() {
        var aggregate = new Aggregate(Duration.ofSeconds(2), Duration.ofSeconds(9), Duration.ofSeconds(1));
        for (int kind = 0; kind < 200; kind++) {
            fail("get", "status " + kind);
        }
        fail("get", Verdict.WRONG_CONTENT);
        aggregate.add(recorder.take(1_000_000_000L, GeneratorHealth.nothing()));
        fail("get", Verdict.WRONG_CONTENT);
        aggregate.add(recorder.take(2_000_000_000L, GeneratorHealth.nothing()));
        succeed("get", 1_000, 1_000);
        aggregate.add(recorder.take(3_000_000_000L, GeneratorHealth.nothing()));
        assertThat(aggregate.wrongContent()).isEqualTo(2);
        var verdict = Verdict.of(aggregate, List.of(), GeneratorLimits.USUAL, List.of("too late"));
        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.FAIL);
        assertThat(verdict.reasons()).containsExactly("wrong content was read 2 times");
    }

    @Test
    void shouldBoundTheOthersWhereSomeHaveABoundOfTheirOwn() {
        succeed("get", 100, 1_000);
        fail("get", 4);
        succeed("put", 100, 1_000);
        fail("put", 2);
        var verdict = verdict(
                List.of(new Threshold.Errors(Optional.of("get"), 0.05), new Threshold.Errors(ALL, Set.of("get"), 0.01)),
                List.of());
        assertThat(verdict.outcomes().stream().map(Threshold.Outcome::held)).containsExactly(true, false);
        assertThat(verdict.outcomes().getLast().threshold().text()).isEqualTo("all but get: errors at most 1 %");
        assertThat(verdict.outcomes().getLast().measured()).isEqualTo("1.96 %");
    }

    @Test
    void shouldAgreeOnTheBucketInWhichABoundLies() {
        succeed("get", 1_000, 499_999_000);
        var bound = new Threshold.Percentile(ALL, 99, 500_000_000);
        var counts = recorder.take(1, GeneratorHealth.nothing()).series().getOrDefault("get", SeriesDelta.nothing());
        assertThat(counts.latency().getValueAtPercentile(99)).isGreaterThan(500_000_000);
        assertThat(bound.judge(counts, Rates.NOTHING).held()).isTrue();
        assertThat(bound.isLost(counts, 1_000)).isFalse();
    }

    @Test
    void shouldWriteQuantitiesAsPeopleReadThem() {
        assertThat(Quantities.time(999)).isEqualTo("999 ns");
        assertThat(Quantities.time(1_234_000)).isEqualTo("1.23 ms");
        assertThat(Quantities.time(45_000_000_000L)).isEqualTo("45 s");
        assertThat(Quantities.time(999_600)).isEqualTo("1 ms");
        assertThat(Quantities.rate(12_345.6)).isEqualTo("12,346/s");
        assertThat(Quantities.rate(0.5)).isEqualTo("0.5/s");
        assertThat(Quantities.share(0.00123)).isEqualTo("0.123 %");
        assertThat(Quantities.bytes(4096)).isEqualTo("4 KiB");
        assertThat(Quantities.bytes(100)).isEqualTo("100 B");
        assertThat(Quantities.number(99.9)).isEqualTo("99.9");
        assertThat(Quantities.number(100)).isEqualTo("100");
    }

    private void succeed(String transaction, int times, long nanos) {
        for (int i = 0; i < times; i++) {
            recorder.transaction(transaction).succeeded(new SeriesRecorder.Times(nanos, nanos), 0, 0);
        }
    }

    private void fail(String transaction, int times) {
        for (int i = 0; i < times; i++) {
            fail(transaction, "status 500");
        }
    }

    private void fail(String transaction, String kind) {
        recorder.transaction(transaction)
                .failed(new SeriesRecorder.Times(1, 1), 0, 0, new FailureSample(1, 0, kind, "", List.of()));
    }

    private void starve(String transaction, int times) {
        for (int i = 0; i < times; i++) {
            recorder.transaction(transaction).starved();
        }
    }

    private Verdict verdict(List<Threshold> thresholds, List<String> invalid) {
        return verdict(recorder.take(time += 10_000_000_000L, health), thresholds, invalid);
    }

    private static Verdict verdict(Delta delta, List<Threshold> thresholds) {
        return verdict(delta, thresholds, List.of());
    }

    private static Verdict verdict(Delta delta, List<Threshold> thresholds, List<String> invalid) {
        var aggregate = new Aggregate(Duration.ZERO, Duration.ofDays(1), Duration.ofSeconds(1));
        aggregate.add(delta);
        return Verdict.of(aggregate, thresholds, GeneratorLimits.USUAL, invalid);
    }

    private static List<String> exceeded(List<Delta> deltas) {
        var aggregate = new Aggregate(Duration.ZERO, Duration.ofDays(1), Duration.ofSeconds(1));
        deltas.forEach(aggregate::add);
        return GeneratorLimits.USUAL.exceededBy(aggregate);
    }

    /// A second of two processors.
    private static GeneratorHealth using(double share, double pauses) {
        return new GeneratorHealth(
                Latencies.empty(), 2_000_000_000, (long) (share * 2e9), 0, 0, (long) (pauses * 1e9), 0, 0, 0, 0, 0);
    }

    private static List<Delta> seconds(String agent, int count, GeneratorHealth each) {
        return secondsFrom(agent, 0, count, each);
    }

    private static List<Delta> secondsFrom(String agent, int from, int count, GeneratorHealth each) {
        var deltas = new ArrayList<Delta>();
        for (long second = from; second < from + count; second++) {
            deltas.add(
                    new Delta(agent, second, second * 1_000_000_000L, (second + 1) * 1_000_000_000L, Map.of(), each));
        }
        return deltas;
    }
}

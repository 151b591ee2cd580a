package io.flywheel.loadtest.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class VerdictTest {
    private static final Optional<String> ALL = Optional.empty();
    private final Recorder recorder = new Recorder("a");

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
        var limits = GeneratorLimits.USUAL;
        var healthy = new GeneratorHealth(punctual, 2_000_000_000, 900_000_000, 0.9, 9_000_000, 9_000_000, 5, 5, 9, 0);
        assertThat(limits.exceededBy(healthy, 2)).isEmpty();
        assertThat(limits.exceededBy(GeneratorHealth.nothing(), 2)).isEmpty();
        var ill = new GeneratorHealth(late, 2_000_000_000, 1_900_000_000, 1, 300_000_000, 200_000_000, 5, 99, 100, 3);
        assertThat(limits.exceededBy(ill, 2))
                .satisfiesExactly(
                        reason -> assertThat(reason).contains("30 ms late").contains("processors were busy"),
                        reason -> assertThat(reason).contains("used 95 % of its processors"),
                        reason -> assertThat(reason).contains("stopped the generator for 200 ms"),
                        reason -> assertThat(reason).contains("for 30 % of the time"),
                        reason -> assertThat(reason).contains("99 files and sockets open of 100"),
                        reason -> assertThat(reason).contains("refused 3 connections"));
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
            recorder.transaction(transaction)
                    .failed(new SeriesRecorder.Times(1, 1), 0, 0, new FailureSample(i, 0, "status 500", "", List.of()));
        }
    }

    private Verdict verdict(List<Threshold> thresholds, List<String> invalid) {
        var aggregate = new Aggregate(Duration.ZERO, Duration.ofSeconds(1));
        aggregate.add(recorder.take(10_000_000_000L, GeneratorHealth.nothing()));
        return Verdict.of(aggregate, thresholds, invalid, 10);
    }
}

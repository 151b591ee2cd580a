package io.flywheel.loadtest.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

final class AggregateTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /// Deltas are sent again when the answer was lost, overtake each other, and come from any number of agents.
    @RepeatedTest(20)
    void shouldHaveInEveryBucketWhatOneRecorderHas(RepetitionInfo repetition) throws IOException {
        var random = new Random(repetition.getCurrentRepetition());
        var expected = new TreeMap<String, Expected>();
        var sent = new ArrayList<byte[]>();
        for (int agent = 0; agent < 1 + random.nextInt(6); agent++) {
            var recorder = new Recorder("agent-" + agent);
            for (int interval = 1; interval <= 5; interval++) {
                for (int i = random.nextInt(200); i > 0; i--) {
                    record(random, recorder, expected);
                }
                var encoded = DeltaCodec.encode(recorder.take(interval * 1_000_000_000L, GeneratorHealth.nothing()));
                for (int copies = 1 + random.nextInt(3); copies > 0; copies--) {
                    sent.add(encoded);
                }
            }
        }
        Collections.shuffle(sent, random);
        var adding = new Aggregate(Duration.ZERO, Duration.ofDays(1), SECOND);
        for (byte[] delta : sent) {
            adding.add(DeltaCodec.decode(delta));
            if (random.nextInt(20) == 0) {
                // Another process goes on with it.
                adding = Snapshot.read(Snapshot.of(adding));
            }
        }
        var aggregate = adding;
        assertThat(aggregate.totals().keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, one) -> one.compare(aggregate.total(name).orElseThrow()));
        long inTimeline = expected.keySet().stream()
                .flatMap(name -> aggregate.timeline(name).stream())
                .mapToLong(Interval::ended)
                .sum();
        assertThat(inTimeline)
                .isEqualTo(expected.values().stream()
                        .mapToLong(one -> one.latency.getTotalCount())
                        .sum());
    }

    @Test
    void shouldNotGrowWithThePartsThatAgentsName() {
        var aggregate = new Aggregate(Duration.ZERO, Duration.ofDays(1), SECOND);
        for (int agent = 0; agent < 20; agent++) {
            var recorder = new Recorder("agent-" + agent);
            recorder.transaction("get").succeeded(new SeriesRecorder.Times(1, 1), 0, 0);
            for (int part = 0; part < 50; part++) {
                recorder.part("get", "page-" + agent + "-" + part).succeeded(new SeriesRecorder.Times(1, 1), 0, 0);
            }
            aggregate.add(recorder.take(1_000_000_000, GeneratorHealth.nothing()));
        }

        assertThat(aggregate.totals()).hasSize(1 + Bounded.NAMES_MAX + 1).containsKey("get/(others)");
        assertThat(aggregate.totals().values().stream()
                        .mapToLong(SeriesDelta::ended)
                        .sum())
                .isEqualTo(20 * 51);
    }

    private static void record(Random random, Recorder recorder, Map<String, Expected> expected) {
        String name = List.of("get", "put", "list").get(random.nextInt(3));
        var one = expected.computeIfAbsent(name, _ -> new Expected());
        var series = recorder.transaction(name);
        // From nanoseconds to beyond the hour, evenly over the magnitudes.
        long service = (long) Math.pow(10, random.nextDouble() * 13);
        long latency = service + random.nextInt(5_000_000);
        one.latency.recordValue(Math.min(latency, Latencies.NANOS_MAX));
        one.service.recordValue(Math.min(service, Latencies.NANOS_MAX));
        if (random.nextInt(10) == 0) {
            String kind = "status " + random.nextInt(500, 505);
            one.errors.merge(kind, 1L, Long::sum);
            var failure = new FailureSample(random.nextLong(), 5, kind, "ü".repeat(600), List.of("id-1", "id-2"));
            series.failed(new SeriesRecorder.Times(latency, service), 1, 2, failure);
        } else {
            series.succeeded(new SeriesRecorder.Times(latency, service), 1, 2);
        }
        if (random.nextInt(5) == 0) {
            series.dropped();
            one.dropped++;
        }
        boolean passed = random.nextBoolean();
        series.checked("even", passed);
        one.passed += passed ? 1 : 0;
    }

    private static final class Expected {
        private final Histogram latency = Latencies.empty();
        private final Histogram service = Latencies.empty();
        private final Map<String, Long> errors = new TreeMap<>();
        private long dropped;
        private long passed;

        void compare(SeriesDelta sum) {
            assertThat(sum.latency()).isEqualTo(latency);
            assertThat(Latencies.sameBuckets(sum.latency(), latency)).isTrue();
            assertThat(sum.service()).isEqualTo(service);
            assertThat(sum.errors()).isEqualTo(errors);
            assertThat(sum.failed())
                    .isEqualTo(
                            errors.values().stream().mapToLong(Long::longValue).sum());
            assertThat(sum.dropped()).isEqualTo(dropped);
            assertThat(sum.sentBytes()).isEqualTo(latency.getTotalCount());
            assertThat(sum.receivedBytes()).isEqualTo(2 * latency.getTotalCount());
            assertThat(sum.checks())
                    .containsExactly(Map.entry("even", new CheckCount(passed, latency.getTotalCount() - passed)));
            assertThat(sum.samples()).hasSizeLessThanOrEqualTo(5 * SeriesDelta.SAMPLES_MAX);
        }
    }

    @Test
    void shouldCountEachExecutionInOneDeltaWhileManyThreadsRecord() throws InterruptedException {
        var recorder = new Recorder("a");
        var aggregate = new Aggregate(Duration.ZERO, Duration.ofDays(1), SECOND);
        int threads = 4;
        int each = 20_000;
        var done = new CountDownLatch(threads);
        for (int thread = 0; thread < threads; thread++) {
            Thread.startVirtualThread(() -> {
                for (int i = 0; i < each; i++) {
                    recorder.transaction("get").succeeded(new SeriesRecorder.Times(i * 1_000L, i * 1_000L), 1, 0);
                }
                done.countDown();
            });
        }
        long now = 0;
        boolean last = false;
        while (!last) {
            last = done.getCount() == 0;
            aggregate.add(recorder.take(++now, GeneratorHealth.nothing()));
        }
        var expected = Latencies.empty();
        for (int i = 0; i < each; i++) {
            expected.recordValueWithCount(i * 1_000L, threads);
        }
        var sum = aggregate.total("get").orElseThrow();
        assertThat(sum.latency()).isEqualTo(expected);
        assertThat(sum.service()).isEqualTo(expected);
        assertThat(sum.sentBytes()).isEqualTo((long) threads * each);
    }

    @Test
    void shouldKeepTheWholeOfALongRunInLongerIntervals() {
        var recorder = new Recorder("a");
        var aggregate = new Aggregate(Duration.ZERO, Duration.ofDays(1), SECOND);
        recorder.transaction("get").succeeded(new SeriesRecorder.Times(100_000, 1), 1, 0);
        var counts = recorder.take(1, GeneratorHealth.nothing()).series();
        long seconds = 3 * Timeline.INTERVALS_MAX / 2;
        for (long second = 0; second < seconds; second++) {
            aggregate.add(new Delta(
                    "a",
                    second,
                    second * 1_000_000_000L,
                    (second + 1) * 1_000_000_000L,
                    counts,
                    GeneratorHealth.nothing()));
        }
        assertThat(aggregate.interval()).isEqualTo(Duration.ofSeconds(2));
        var timeline = aggregate.timeline("get");
        assertThat(timeline.stream().map(Interval::index))
                .containsExactlyElementsOf(
                        LongStream.range(0, seconds / 2).boxed().toList());
        assertThat(timeline).allMatch(interval -> interval.ended() == 2 && interval.sentBytes() == 2);
        assertThat(timeline.getLast().percentilesNanos()[4]).isCloseTo(100_000, within(512L));
    }

    @Test
    void shouldLeaveTheWarmUpOutOfTheTotals() {
        var recorder = new Recorder("a");
        var aggregate = new Aggregate(Duration.ofSeconds(2), Duration.ofDays(1), SECOND);
        for (int second = 1; second <= 5; second++) {
            recorder.transaction("get").succeeded(new SeriesRecorder.Times(second * 1_000_000L, 1), 0, 0);
            aggregate.add(recorder.take(second * 1_000_000_000L, GeneratorHealth.nothing()));
        }
        assertThat(aggregate.total("get").orElseThrow().ended()).isEqualTo(3);
        assertThat(aggregate.endedInWarmup()).isEqualTo(2);
        assertThat(aggregate.timeline("get")).hasSize(5);
    }

    @Test
    void shouldKeepTheTotalsExactWhereADeltaIsTooLateForTheTimeline() {
        var aggregate = new Aggregate(Duration.ZERO, Duration.ofDays(1), SECOND);
        var slow = new Recorder("slow");
        slow.transaction("get").succeeded(new SeriesRecorder.Times(1, 1), 0, 0);
        var late = slow.take(1_000_000_000L, GeneratorHealth.nothing());
        var punctual = new Recorder("punctual");
        for (int second = 1; second <= 30; second++) {
            punctual.transaction("get").succeeded(new SeriesRecorder.Times(1, 1), 0, 0);
            aggregate.add(punctual.take(second * 1_000_000_000L, GeneratorHealth.nothing()));
        }
        aggregate.add(late);
        assertThat(aggregate.total("get").orElseThrow().ended()).isEqualTo(31);
        assertThat(aggregate.timeline("get")).hasSize(30);
    }

    @Test
    void shouldCountTheRestTogetherWhereNamesAreWithoutEnd() {
        var recorder = new Recorder("a");
        for (int i = 0; i < 1_000; i++) {
            recorder.transaction("get")
                    .failed(new SeriesRecorder.Times(1, 1), 0, 0, new FailureSample(i, 0, "no. " + i, "", List.of()));
            recorder.part("get", "part " + i).succeeded(new SeriesRecorder.Times(1, 1), 0, 0);
        }
        var delta = recorder.take(1, GeneratorHealth.nothing());
        var errors = delta.series().getOrDefault("get", SeriesDelta.nothing()).errors();
        assertThat(errors).hasSize(Bounded.NAMES_MAX + 1);
        assertThat(errors.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(1_000);
        assertThat(delta.series()).hasSize(Bounded.NAMES_MAX + 1);
    }
}

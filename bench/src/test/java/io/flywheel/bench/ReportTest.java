package io.flywheel.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What rounds are reduced to, and the document that scripts read.
class ReportTest {
    @Test
    void shouldTakeTheMedianOfTheRoundsPerCpuSecond() {
        Row odd = Row.of("side", Measure.OPERATIONS, List.of(round(300, 1), round(100, 1), round(1000, 2)));
        assertThat(odd.median()).isEqualTo(300);
        assertThat(odd.min()).isEqualTo(100);
        assertThat(odd.max()).isEqualTo(500);
        assertThat(odd.perSecond()).as("median per second of wall time").isEqualTo(150);
        assertThat(odd.rounds()).isEqualTo(3);
        Row even = Row.of("side", Measure.OPERATIONS, List.of(round(100, 1), round(200, 1)));
        assertThat(even.median()).isEqualTo(150);
        assertThat(even.latencyMillis50()).as("nothing was timed").isZero();
    }

    @Test
    void shouldCountBytesInMebibytesAndCostsInMilliseconds() {
        assertThat(Measure.MEBIBYTES.perCpu(Sample.untimed(1, 3L << 20, 2, 1))).isEqualTo(1.5);
        assertThat(Measure.CPU_MILLIS.perCpu(Sample.untimed(100, 0, 0.25, 1))).isEqualTo(2.5);
        assertThat(Measure.CPU_MILLIS.perWall(Sample.untimed(100, 0, 0.25, 2))).isEqualTo(50);
    }

    @Test
    void shouldAddTheLatenciesOfAllRounds() {
        var fast = new Histogram(2);
        fast.recordValueWithCount(1000, 98);
        var slow = new Histogram(2);
        slow.recordValueWithCount(50_000, 2);
        Row row = Row.of(
                "side", Measure.OPERATIONS, List.of(new Sample(98, 0, 1, 1, fast), new Sample(2, 0, 1, 1, slow)));
        assertThat(row.latencyMillis50()).isCloseTo(1, within(0.02));
        assertThat(row.latencyMillis99()).isCloseTo(50, within(1.0));
    }

    @Test
    void shouldCompareMediansOfSides() {
        Report report = report();
        assertThat(report.ratio("flywheel", "bare netty")).isEqualTo(0.25);
        assertThat(report.has("nginx")).isFalse();
        assertThat(Target.atLeast("share", 0.25, 0.25).met()).isTrue();
        assertThat(Target.atLeast("share", 0.24, 0.25).met()).isFalse();
        assertThat(Target.atMost("cost", 2.1, 2).met()).isFalse();
        assertThat(Target.atMost("cost", 2.1, 2)).hasToString("cost: 2.10 (target at most 2.00: MISSED)");
    }

    @Test
    void shouldWriteTheDocumentThatScriptsRead() {
        Report report = report().with(List.of(Target.atLeast("share", 0.25, 0.35)), List.of("noted"));
        var result = new Main.Result(new Machine("a processor", 2, 1024, "linux 6", "a vm"), List.of(report));
        JsonNode json = new JsonMapper().readTree(new JsonMapper().writeValueAsString(result));
        assertThat(json.at("/machine/cores").asInt()).isEqualTo(2);
        JsonNode written = json.at("/reports/0");
        assertThat(written.get("name").asString()).isEqualTo("get-4k");
        assertThat(written.get("unit").asString()).isEqualTo("requests/s");
        assertThat(written.at("/rows/0/side").asString()).isEqualTo("flywheel");
        assertThat(written.at("/rows/0/median").asDouble()).isEqualTo(100);
        assertThat(written.at("/rows/1/median").asDouble()).isEqualTo(400);
        assertThat(written.at("/rows/0").propertyNames())
                .containsExactlyInAnyOrder(
                        "side", "median", "min", "max", "perSecond", "latencyMillis50", "latencyMillis99", "rounds");
        assertThat(written.at("/targets/0/met").asBoolean()).isFalse();
        assertThat(written.at("/targets/0/bound").asDouble()).isEqualTo(0.35);
        assertThat(written.at("/notes/0").asString()).isEqualTo("noted");
        assertThat(ReportText.of(report)).contains("flywheel", "bare netty", "MISSED", "note: noted");
    }

    private static Report report() {
        Map<String, List<Sample>> samples = new LinkedHashMap<>();
        samples.put("flywheel", List.of(round(100, 1)));
        samples.put("bare netty", List.of(round(400, 1)));
        return Report.of(Catalogue.find("get-4k").orElseThrow(), Measure.OPERATIONS, samples);
    }

    /// A round of two seconds.
    private static Sample round(long operations, double cpuSeconds) {
        return Sample.untimed(operations, 0, cpuSeconds, 2);
    }
}

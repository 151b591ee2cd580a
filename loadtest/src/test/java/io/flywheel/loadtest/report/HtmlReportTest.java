package io.flywheel.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.FailureSample;
import io.flywheel.loadtest.result.GeneratorHealth;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.result.SeriesRecorder;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.session.RunResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/// Reports of runs whose names are anything that comes from outside.
final class HtmlReportTest {
    private static final String HOSTILE =
            "</title></style></td><script>alert(1)</script><img src=x onerror=\"a\">'&\u0000";

    @TempDir
    private Path folder = Path.of(".");

    @Test
    void shouldShowHostileNamesAsText() throws Exception {
        var page = parse(HtmlReport.text(run(HOSTILE), Optional.empty()));
        assertThat(names(page))
                .containsOnly(
                        "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "table", "tr", "th",
                        "td", "svg", "path", "line", "rect", "text");
        assertThat(page.getDocumentElement().getTextContent())
                .contains("<script>alert(1)</script><img src=x onerror=\"a\">'&\ufffd")
                .contains("status <500>")
                .contains("request <b>r-1</b>");
    }

    @Test
    void shouldNeedNothingButItself() throws Exception {
        String text = HtmlReport.text(run("get"), Optional.empty());
        assertThat(text).contains("default-src 'none'").doesNotContain("NaN").doesNotContain("Infinity");
        var page = parse(text);
        var all = page.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            var attributes = all.item(i).getAttributes();
            for (int at = 0; at < attributes.getLength(); at++) {
                assertThat(attributes.item(at).getNodeName()).isNotIn("src", "href", "onload", "style");
            }
        }
        assertThat(headings(page, "h3"))
                .containsExactly("Latency over time", "Heat map of the latency", "Rate", "Percentiles");
        assertThat(headings(page, "h2")).containsExactly("PASS", "Numbers", "get", "Errors", "Generator");
    }

    @Test
    void shouldMarkWhatTheGeneratorHadTooMuchOf() throws Exception {
        var recorder = new Recorder("local");
        var aggregate = new Aggregate(Duration.ZERO, Duration.ofDays(1), Duration.ofSeconds(1));
        recorder.transaction("get").succeeded(new SeriesRecorder.Times(1_000, 1_000), 7, 2_048);
        recorder.transaction("put").succeeded(new SeriesRecorder.Times(1_000, 1_000), 0, 0);
        var late = GeneratorHealth.nothing();
        late.lag().recordValue(20_000_000);
        aggregate.add(recorder.take(1_000_000_000L, late));
        var page = parse(HtmlReport.text(result(aggregate), Optional.empty()));
        var rows = page.getElementsByTagName("tr");
        assertThat(IntStream.range(0, rows.getLength())
                        .mapToObj(i -> (Element) rows.item(i))
                        .filter(row -> row.getAttribute("class").equals("broken"))
                        .map(Element::getTextContent))
                .singleElement()
                .asString()
                .startsWith("starts late, p99")
                .endsWith("10 ms");
        assertThat(page.getDocumentElement().getTextContent())
                .contains("all2", "Payload: sent 7 B, received 2 KiB.", "in its worst seconds0 %90 %");
    }

    @Test
    void shouldNotGrowWithTheLengthOfTheRun() throws Exception {
        var recorder = new Recorder("local");
        var aggregate = new Aggregate(Duration.ZERO, Duration.ofDays(1), Duration.ofSeconds(1));
        for (int second = 1; second <= 4_001; second++) {
            var series = recorder.transaction("get");
            for (int i = 0; i < 10; i++) {
                series.succeeded(new SeriesRecorder.Times(1_000L << i, 1_000), 0, 0);
            }
            aggregate.add(recorder.take(second * 1_000_000_000L, GeneratorHealth.nothing()));
        }
        String text = HtmlReport.text(result(aggregate), Optional.empty());
        assertThat(text).hasSizeLessThan(600_000);
        // Eleven intervals make a column; those of the last one lasted as long as they did.
        assertThat(parse(text).getElementsByTagName("rect").getLength()).isEqualTo(364 * 10);
        assertThat(text).contains(">10/s<").doesNotContain(">20/s<");
    }

    @Test
    void shouldShowABaselineBesideTheRun() throws Exception {
        Path json = folder.resolve("earlier.json");
        JsonResult.write(run("get"), json);
        var page = parse(HtmlReport.text(run("get"), Optional.of(Baseline.read(json))));
        assertThat(headings(page, "h2")).contains("Beside the baseline");
        assertThat(headings(page, "h3")).contains("Latency over time, beside the baseline");
        // The same run: nothing changed.
        assertThat(page.getDocumentElement().getTextContent())
                .contains("+0.0 %")
                .contains("p99 of the baseline")
                .contains("from the intended start, baseline")
                .doesNotContain("not in it");
        var other = parse(HtmlReport.text(run("put"), Optional.of(Baseline.read(json))));
        assertThat(other.getDocumentElement().getTextContent()).contains("not in it");
    }

    @Test
    void shouldRefuseABaselineThatIsNone() throws IOException {
        Path file = Files.writeString(folder.resolve("a.json"), "{\"version\": 1}");
        assertThatThrownBy(() -> Baseline.read(file)).hasMessageContaining("is not a result that");
        Files.writeString(file, "{");
        assertThatThrownBy(() -> Baseline.read(file)).hasMessageContaining("is not JSON");
    }

    @Test
    void shouldWriteHistogramsThatTheirToolsRead() throws Exception {
        var result = run("get/first part, of two");
        Path file = folder.resolve("a.hlog");
        HistogramLog.write(result, file);
        try (var reader = new HistogramLogReader(file.toFile())) {
            var read = (Histogram) reader.nextIntervalHistogram();
            assertThat(read)
                    .isEqualTo(result.aggregate()
                            .total("get/first part, of two")
                            .orElseThrow()
                            .latency());
            assertThat(read.getTag()).isEqualTo("get/first_part__of_two");
            assertThat(reader.hasNext()).isFalse();
        }
    }

    /// Half of a surrogate pair, as a service that counts characters cuts it.
    @Test
    void shouldWriteTextForWhichThereIsNoUtf8() throws Exception {
        var cut = run("get\ud83d");
        JsonResult.write(cut, folder.resolve("a.json"));
        CsvResult.write(cut, folder.resolve("a.csv"));
        HtmlReport.write(cut, Optional.empty(), folder.resolve("a.html"));
        ReportFile.write(folder.resolve("a.xml"), JunitXml.of("get\ud83d", cut));
        assertThat(folder.resolve("a.json")).content().contains("\"get?\"");
        assertThat(folder.resolve("a.csv")).content().contains("\"get?\"");
        assertThat(folder.resolve("a.html")).content().contains("get\ufffd");
        assertThat(folder.resolve("a.xml")).content().contains("get\ufffd");
    }

    @Test
    void shouldWriteAResultInWhichNothingEnded() throws Exception {
        var nothing = new Aggregate(Duration.ZERO, Duration.ofDays(1), Duration.ofSeconds(1));
        var page = parse(HtmlReport.text(result(nothing), Optional.empty()));
        assertThat(headings(page, "h2")).contains("INVALID");
    }

    private RunResult run(String name) throws IOException {
        var random = new Random(7);
        var recorder = new Recorder("local");
        var aggregate = new Aggregate(Duration.ZERO, Duration.ofDays(1), Duration.ofSeconds(1));
        for (int interval = 1; interval <= 20; interval++) {
            var series = recorder.transaction(name);
            for (int i = 0; i < 100; i++) {
                long service = (long) (Math.exp(random.nextGaussian()) * 1_000_000);
                series.succeeded(new SeriesRecorder.Times(service + random.nextInt(500_000), service), 10, 20);
            }
            if (interval == 9) {
                series.failed(
                        new SeriesRecorder.Times(5, 5),
                        0,
                        0,
                        new FailureSample(3, 4, "status <500>", "such", List.of("<b>r-1</b>")));
            }
            aggregate.add(recorder.take(interval * 1_000_000_000L, GeneratorHealth.nothing()));
        }
        return result(aggregate);
    }

    private RunResult result(Aggregate aggregate) throws IOException {
        Path file = folder.resolve("run.conf");
        Files.writeString(file, "target = \"http://a/\"\nbundle = a.jar\nload { rate = 100/s, duration = 20s }\n");
        var run = RunFile.read(file, List.of());
        var verdict = Verdict.of(aggregate, run.thresholds(), run.limits(), List.of());
        return new RunResult(
                run,
                "run1",
                Instant.EPOCH,
                aggregate,
                verdict,
                false,
                new Workload.Cleaned(0, 0),
                List.of("teardown <i>failed</i>"));
    }

    private static Document parse(String html) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> names(Document page) {
        var all = page.getElementsByTagName("*");
        return IntStream.range(0, all.getLength())
                .mapToObj(i -> all.item(i).getNodeName())
                .distinct()
                .toList();
    }

    private static List<String> headings(Document page, String level) {
        var all = page.getElementsByTagName(level);
        return IntStream.range(0, all.getLength())
                .mapToObj(i -> ((Element) all.item(i)).getTextContent())
                .toList();
    }
}

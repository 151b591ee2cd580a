package io.flywheel.loadtest.report;

import io.flywheel.loadtest.result.GeneratorHealth;
import io.flywheel.loadtest.result.GeneratorLimits;
import io.flywheel.loadtest.result.Interval;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.result.SeriesDelta;
import io.flywheel.loadtest.session.RunResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/// A result as one page that needs nothing else: no script, no font, no network.
public final class HtmlReport {
    private static final double NINES_MAX = 5;
    private static final int TICKS = 8;
    private static final int COLUMNS_MAX = 400;
    private static final double[] COMPARED = {50, 90, 99, 99.9, 100};

    private final RunResult result;
    private final Optional<Baseline> baseline;
    private final HtmlPage page;

    private HtmlReport(RunResult result, Optional<Baseline> baseline) {
        this.result = result;
        this.baseline = baseline;
        this.page = new HtmlPage("Load test " + result.id());
    }

    /// @param baseline to compare with
    public static void write(RunResult result, Optional<Baseline> baseline, Path file) throws IOException {
        ReportFile.write(file, text(result, baseline));
    }

    static String text(RunResult result, Optional<Baseline> baseline) {
        return new HtmlReport(result, baseline).text();
    }

    private String text() {
        String kind = result.verdict().kind().name();
        page.heading(1, "", "Load test of " + result.file().target());
        page.heading(2, kind, kind + (result.stopped() ? " (stopped before its end)" : ""));
        result.verdict().reasons().forEach(page::paragraph);
        result.problems().forEach(problem -> page.paragraph("problem: " + problem));
        page.paragraph("began " + result.began() + ", measured " + Quantities.time(Math.round(result.seconds() * 1e9))
                + ", seed " + result.file().seed() + ", run " + result.id());
        thresholds();
        numbers();
        baseline.ifPresent(this::comparison);
        result.aggregate().totals().forEach(this::charts);
        errors();
        generator();
        return page.end();
    }

    private void thresholds() {
        page.beginTable("threshold", "measured", "");
        for (var outcome : result.verdict().outcomes()) {
            String held = outcome.held() ? "held" : "broken";
            page.row(held, outcome.threshold().text(), outcome.measured(), held);
        }
        page.endTable();
    }

    private void numbers() {
        page.heading(2, "", "Numbers");
        page.paragraph("Latency counts from the intended start.");
        page.beginTable("transaction", "succeeded", "rate", "p50", "p90", "p99", "p99.9", "max", "failed", "dropped");
        var totals = result.aggregate().totals();
        totals.forEach((name, series) -> number(name, series, result.perSecond(name)));
        var all = result.aggregate().all();
        if (totals.size() > 1) {
            number("all", all, result.aggregate().rates(Optional.empty()).succeeded());
        }
        page.endTable();
        page.paragraph("Payload: sent " + Quantities.bytes((double) all.sentBytes()) + ", received "
                + Quantities.bytes((double) all.receivedBytes()) + ".");
        if (all.starved() > 0) {
            page.paragraph(Quantities.count(all.starved())
                    + " were not started: there was no data or result for them (starved).");
        }
    }

    private void number(String name, SeriesDelta series, double perSecond) {
        page.row("", Summary.cells(name, series, perSecond));
    }

    private void comparison(Baseline earlier) {
        page.heading(2, "", "Beside the baseline");
        page.paragraph(earlier.text());
        page.beginTable("transaction", "what", "baseline", "now", "change");
        result.aggregate().totals().forEach((name, series) -> {
            if (!earlier.has(name)) {
                page.row("", name, "", "not in it", "", "");
                return;
            }
            double was = earlier.perSecond(name);
            double is = result.perSecond(name);
            page.row("", name, "rate", Quantities.rate(was), Quantities.rate(is), change(was, is));
            for (double percentile : series.ended() == 0 ? new double[0] : COMPARED) {
                long before = earlier.latencyNanos(name, percentile);
                long now = series.latency().getValueAtPercentile(percentile);
                page.row(
                        "",
                        name,
                        JsonResult.name(percentile),
                        before == 0 ? "-" : Quantities.time(before),
                        Quantities.time(now),
                        change((double) before, (double) now));
            }
            long failed = earlier.failed(name);
            page.row(
                    "",
                    name,
                    "failed",
                    Quantities.count(failed),
                    Quantities.count(series.failed()),
                    change((double) failed, (double) series.failed()));
        });
        page.endTable();
    }

    private static String change(double was, double is) {
        return was == 0 ? "" : String.format(Locale.ROOT, "%+.1f %%", (is - was) / was * 100);
    }

    private void charts(String name, SeriesDelta total) {
        var timeline = result.aggregate().timeline(name);
        if (timeline.isEmpty()) {
            return;
        }
        double shortest = result.aggregate().interval().toNanos() / 1e9;
        double length = (timeline.getLast().index() + 1) * shortest;
        // A drawing has no room for more.
        long merged = Math.ceilDiv(timeline.getLast().index() + 1, COLUMNS_MAX);
        var intervals = Interval.longer(timeline, merged);
        double step = shortest * merged;
        double[] x = intervals.stream().mapToDouble(one -> one.index() * step).toArray();
        var ticks = seconds(length);
        page.heading(2, "", name);
        page.heading(3, "", "Latency over time");
        var lines = new ArrayList<Chart.Line>();
        for (double percentile : Interval.PERCENTILES) {
            lines.add(overTime(percentile, x, intervals));
        }
        page.drawing(Chart.times(lines, ticks));
        baseline.filter(earlier -> earlier.has(name)).ifPresent(earlier -> {
            page.heading(3, "", "Latency over time, beside the baseline");
            page.drawing(Chart.times(
                    List.of(
                            overTime(50, x, intervals),
                            earlier.overTime(name, 50),
                            overTime(99, x, intervals),
                            earlier.overTime(name, 99)),
                    seconds(Math.max(length, earlier.seconds(name)))));
        });
        page.heading(3, "", "Heat map of the latency");
        page.paragraph("The darker, the more of them took so long.");
        page.drawing(Chart.heat(intervals, step, ticks));
        page.heading(3, "", "Rate");
        page.drawing(Chart.numbers(
                List.of(
                        line("ended", x, intervals, one -> one.ended() / lasted(one, step, length)),
                        line("failed", x, intervals, one -> one.failed() / lasted(one, step, length)),
                        line("dropped", x, intervals, one -> one.dropped() / lasted(one, step, length))),
                ticks,
                Quantities::rate));
        if (total.ended() > 0) {
            page.heading(3, "", "Percentiles");
            page.drawing(percentiles(name, total));
        }
    }

    /// The last one of several can have fewer of them.
    private static double lasted(Interval interval, double step, double length) {
        return Math.min(step, length - interval.index() * step);
    }

    private static Chart.Line overTime(double percentile, double[] x, List<Interval> intervals) {
        int at = Interval.PERCENTILES.indexOf(percentile);
        return line(
                JsonResult.name(percentile),
                x,
                intervals,
                one -> one.ended() == 0 ? Double.NaN : one.percentilesNanos()[at]);
    }

    private static Chart.Line line(
            String name, double[] x, List<Interval> intervals, ToDoubleFunction<Interval> value) {
        return new Chart.Line(name, x, intervals.stream().mapToDouble(value).toArray(), false);
    }

    /// Along the nines: 0 is the shortest, 2 is p99, 3 is p99.9.
    private String percentiles(String name, SeriesDelta total) {
        double[] nines = IntStream.rangeClosed(0, 100)
                .mapToDouble(i -> i * NINES_MAX / 100)
                .toArray();
        var ticks = List.of(
                new Chart.Tick(0, "0"),
                new Chart.Tick(-Math.log10(0.5), "p50"),
                new Chart.Tick(1, "p90"),
                new Chart.Tick(2, "p99"),
                new Chart.Tick(3, "p99.9"),
                new Chart.Tick(4, "p99.99"),
                new Chart.Tick(NINES_MAX, "p99.999"));
        var lines = new ArrayList<Chart.Line>();
        lines.add(new Chart.Line("from the intended start", nines, along(nines, total.latency()), false));
        baseline.filter(earlier -> earlier.has(name)).ifPresent(earlier -> {
            double[] known = {50, 75, 90, 95, 99, 99.9, 99.99};
            double[] x = new double[known.length];
            double[] y = new double[known.length];
            for (int i = 0; i < known.length; i++) {
                x[i] = -Math.log10(1 - known[i] / 100);
                y[i] = earlier.latencyNanos(name, known[i]);
            }
            lines.add(new Chart.Line("from the intended start, baseline", x, y, true));
        });
        lines.add(new Chart.Line("from the real start", nines, along(nines, total.service()), false));
        return Chart.times(lines, ticks);
    }

    private static double[] along(double[] nines, Histogram histogram) {
        double[] values = new double[nines.length];
        for (int i = 0; i < nines.length; i++) {
            values[i] = histogram.getValueAtPercentile(100 - 100 * Math.pow(10, -nines[i]));
        }
        return values;
    }

    private static List<Chart.Tick> seconds(double length) {
        var ticks = new ArrayList<Chart.Tick>();
        for (int i = 0; i <= TICKS; i++) {
            double at = length * i / TICKS;
            ticks.add(new Chart.Tick(at, Quantities.time(Math.round(at * 1e9))));
        }
        return ticks;
    }

    private void errors() {
        page.heading(2, "", "Errors");
        boolean none = result.aggregate().totals().values().stream()
                .allMatch(series -> series.errors().isEmpty());
        if (none) {
            page.paragraph("There was none.");
            return;
        }
        page.beginTable("transaction", "kind", "count", "such as");
        result.aggregate()
                .totals()
                .forEach((name, series) -> series.errors()
                        .forEach((kind, count) -> page.row(
                                "",
                                name,
                                kind,
                                Quantities.count(count),
                                series.samples().stream()
                                        .filter(sample -> sample.kind().equals(kind))
                                        .findFirst()
                                        .map(Summary::example)
                                        .orElse(""))));
        page.endTable();
    }

    /// Whether the numbers are the service's or the generator's.
    private void generator() {
        GeneratorHealth health = result.aggregate().health();
        GeneratorLimits limits = result.file().limits();
        page.heading(2, "", "Generator");
        page.beginTable("what", "measured", "allowed");
        if (health.lag().getTotalCount() > 0) {
            long lag = health.lag().getValueAtPercentile(99);
            page.row("", "starts late, p50", Quantities.time(health.lag().getValueAtPercentile(50)), "");
            limited("starts late, p99", (double) lag, (double) limits.lagNanosMax(), HtmlReport::time);
            page.row("", "starts late, longest", Quantities.time(health.lag().getMaxValue()), "");
        }
        var all = result.aggregate();
        page.row("", "processors used", Quantities.share(health.cpuShare()), "");
        limited("in its worst seconds", all.cpuShareWorst(), limits.cpuShareMax(), Quantities::share);
        limited(
                "an event loop busy in its worst seconds",
                all.loopShareWorst(),
                limits.cpuShareMax(),
                Quantities::share);
        page.row("", "machine busy, by anybody", Quantities.share(health.machineBusy()), "");
        limited(
                "longest stop for garbage collection",
                (double) health.pauseNanosMax(),
                (double) limits.pauseNanosMax(),
                HtmlReport::time);
        limited("stopped in its worst seconds", all.pauseShareWorst(), limits.pauseShareMax(), Quantities::share);
        page.row("", "in flight, most", Quantities.count(health.inFlightMax()), "");
        page.row(
                "",
                "files and sockets open, most",
                Quantities.count(health.files()),
                health.filesLimit() <= 0 ? "" : Quantities.count(health.filesLimit()));
        limited(
                "connections refused by its own system",
                (double) health.refusals(),
                0,
                refusals -> Quantities.count((long) refusals));
        page.endTable();
    }

    private void limited(String what, double measured, double allowed, DoubleFunction<String> shown) {
        page.row(measured > allowed ? "broken" : "", what, shown.apply(measured), shown.apply(allowed));
    }

    private static String time(double nanos) {
        return Quantities.time(Math.round(nanos));
    }
}

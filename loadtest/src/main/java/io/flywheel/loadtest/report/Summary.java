package io.flywheel.loadtest.report;

import io.flywheel.loadtest.result.FailureSample;
import io.flywheel.loadtest.result.GeneratorHealth;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.result.SeriesDelta;
import io.flywheel.loadtest.session.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A result as a table for the terminal.
public final class Summary {
    private static final String ROW = "%-26s %11s %10s %9s %9s %9s %9s %9s %8s %8s";

    private Summary() {}

    public static List<String> of(RunResult result) {
        var lines = new ArrayList<String>();
        lines.add(String.format(
                Locale.ROOT,
                "%s measured%s%s",
                Quantities.time(Math.round(result.seconds() * 1e9)),
                result.aggregate().endedInWarmup() == 0
                        ? ""
                        : ", after a warm-up with "
                                + Quantities.count(result.aggregate().endedInWarmup()) + " transactions",
                result.stopped() ? "; STOPPED before its end" : ""));
        lines.add("");
        lines.add(String.format(
                Locale.ROOT,
                ROW,
                "transaction",
                "succeeded",
                "rate",
                "p50",
                "p90",
                "p99",
                "p99.9",
                "max",
                "failed",
                "dropped"));
        result.aggregate().totals().forEach((name, series) -> lines.add(row(name, series, result.perSecond(name))));
        if (result.aggregate().totals().size() > 1) {
            lines.add(row(
                    "all",
                    result.aggregate().all(),
                    result.aggregate().rates(Optional.empty()).succeeded()));
        }
        bytes(result, lines);
        errors(result, lines);
        lines.add("");
        lines.add(health(result.aggregate().health()));
        if (result.cleaned().done() + result.cleaned().failed() > 0) {
            lines.add("cleaned up   " + Quantities.count(result.cleaned().done())
                    + (result.cleaned().failed() == 0
                            ? ""
                            : ", could not: "
                                    + Quantities.count(result.cleaned().failed())));
        }
        result.problems().forEach(problem -> lines.add("problem      " + problem));
        lines.add("");
        result.verdict()
                .outcomes()
                .forEach(outcome -> lines.add(String.format(
                        Locale.ROOT,
                        "%s  %s: %s",
                        outcome.held() ? "ok    " : "BROKEN",
                        outcome.threshold().text(),
                        outcome.measured())));
        lines.add(result.verdict().kind().name());
        result.verdict().reasons().forEach(reason -> lines.add("  because " + reason));
        lines.replaceAll(Printable::of);
        return lines;
    }

    private static String row(String name, SeriesDelta series, double perSecond) {
        return String.format(Locale.ROOT, ROW, (Object[]) cells(name, series, perSecond));
    }

    /// Of a transaction's row, in any table of a result.
    static String[] cells(String name, SeriesDelta series, double perSecond) {
        return new String[] {
            name,
            Quantities.count(series.succeeded()),
            Quantities.rate(perSecond),
            percentile(series, 50),
            percentile(series, 90),
            percentile(series, 99),
            percentile(series, 99.9),
            percentile(series, 100),
            Quantities.count(series.failed()),
            Quantities.count(series.dropped())
        };
    }

    static String percentile(SeriesDelta series, double percentile) {
        return series.ended() == 0 ? "-" : Quantities.time(series.latency().getValueAtPercentile(percentile));
    }

    private static void bytes(RunResult result, List<String> lines) {
        var all = result.aggregate().all();
        if (all.sentBytes() + all.receivedBytes() > 0) {
            var rates = result.aggregate().rates(Optional.empty());
            lines.add("");
            lines.add("payload      sent " + Quantities.bytes((double) all.sentBytes()) + " ("
                    + Quantities.bytes(rates.sentBytes()) + "/s), received "
                    + Quantities.bytes((double) all.receivedBytes()) + " ("
                    + Quantities.bytes(rates.receivedBytes()) + "/s)");
        }
        if (all.starved() > 0) {
            lines.add("starved      " + Quantities.count(all.starved())
                    + " were not started: there was no data or result for them");
        }
    }

    private static void errors(RunResult result, List<String> lines) {
        result.aggregate().totals().forEach((name, series) -> {
            if (series.errors().isEmpty()) {
                return;
            }
            lines.add("");
            lines.add("errors of " + name);
            series.errors().forEach((kind, count) -> {
                lines.add(String.format(Locale.ROOT, "  %11s  %s", Quantities.count(count), kind));
                series.samples().stream()
                        .filter(sample -> sample.kind().equals(kind))
                        .findFirst()
                        .ifPresent(sample -> lines.add("               such as " + example(sample)));
            });
        });
    }

    static String example(FailureSample sample) {
        String ids = sample.requestIds().isEmpty() ? "" : ", request " + String.join(", ", sample.requestIds());
        return "number " + sample.number() + ids + (sample.message().isEmpty() ? "" : ": " + sample.message());
    }

    static String health(GeneratorHealth health) {
        String lag = health.lag().getTotalCount() == 0
                ? ""
                : "late by " + Quantities.time(health.lag().getValueAtPercentile(50)) + " (p50) "
                        + Quantities.time(health.lag().getValueAtPercentile(99)) + " (p99), ";
        return "generator    " + lag + "processors " + Quantities.share(health.cpuShare()) + ", longest pause "
                + Quantities.time(health.pauseNanosMax()) + ", at most " + Quantities.count(health.inFlightMax())
                + " in flight";
    }
}

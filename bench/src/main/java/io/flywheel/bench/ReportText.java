package io.flywheel.bench;

import java.util.Locale;

/// A report as an aligned table.
final class ReportText {
    private ReportText() {}

    static String of(Report report) {
        var text = new StringBuilder();
        text.append(report.name()).append(": ").append(report.title()).append('\n');
        if (!report.rows().isEmpty()) {
            boolean rate = report.unit().endsWith("/s");
            text.append(String.format(
                    Locale.ROOT,
                    "  %-34s %18s %22s %14s %9s %9s%n",
                    "side",
                    rate ? report.unit() + " per CPU-s" : report.unit(),
                    "min .. max",
                    rate ? report.unit() : "pages/s",
                    "p50 ms",
                    "p99 ms"));
        }
        for (var row : report.rows()) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-34s %18s %22s %14s %9s %9s%n",
                    row.side(),
                    number(row.median()),
                    number(row.min()) + " .. " + number(row.max()),
                    number(row.perSecond()),
                    row.latencyMillis50() == 0 ? "-" : number(row.latencyMillis50()),
                    row.latencyMillis99() == 0 ? "-" : number(row.latencyMillis99())));
        }
        report.targets().forEach(target -> text.append("  ").append(target).append('\n'));
        report.notes().forEach(note -> text.append("  note: ").append(note).append('\n'));
        return text.toString();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.3f", value);
    }
}

package io.flywheel.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a benchmark found.
record Report(String name, String title, String unit, List<Row> rows, List<Target> targets, List<String> notes) {
    Report {
        rows = List.copyOf(rows);
        targets = List.copyOf(targets);
        notes = List.copyOf(notes);
    }

    /// A report of the rounds of several sides, without targets yet.
    static Report of(Benchmark benchmark, Measure measure, Map<String, List<Sample>> samples) {
        var rows = samples.entrySet().stream()
                .map(entry -> Row.of(entry.getKey(), measure, entry.getValue()))
                .toList();
        return new Report(benchmark.name(), benchmark.title(), measure.unit(), rows, List.of(), List.of());
    }

    Report with(List<Target> targets, List<String> notes) {
        return new Report(name, title, unit, rows, targets, notes);
    }

    Report noting(String note) {
        var more = new ArrayList<>(notes);
        more.add(note);
        return with(targets, more);
    }

    /// The median of a side.
    double median(String side) {
        return rows.stream()
                .filter(row -> row.side().equals(side))
                .findFirst()
                .orElseThrow()
                .median();
    }

    /// The ratio of two sides' medians per second of wall time.
    double perSecondRatio(String side, String other) {
        return perSecond(side) / perSecond(other);
    }

    /// The median of a side per second of wall time.
    double perSecond(String side) {
        return rows.stream()
                .filter(row -> row.side().equals(side))
                .findFirst()
                .orElseThrow()
                .perSecond();
    }

    boolean has(String side) {
        return rows.stream().anyMatch(row -> row.side().equals(side));
    }

    /// The ratio of two sides' medians.
    double ratio(String side, String other) {
        return median(side) / median(other);
    }
}

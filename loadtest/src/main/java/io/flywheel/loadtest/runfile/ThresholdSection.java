package io.flywheel.loadtest.runfile;

import io.flywheel.base.Nearest;
import io.flywheel.loadtest.result.Threshold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The object `thresholds` of a run file: `all` or the name of a transaction, and what it has to hold.
final class ThresholdSection {
    /// What may be dropped, and what may fail, where the file does not say.
    static final double SHARE_MAX = 0.01;

    private static final Pattern PERCENTILE = Pattern.compile("p(?:(99)(9{1,4})|([0-9]{1,2})(?:\\.([0-9]{1,6}))?)");
    private static final List<String> KEYS =
            List.of("p50", "p90", "p99", "p99.9", "max", "errors", "throughput", "dropped");

    private ThresholdSection() {}

    /// @param pack its transactions may be named after it: `s3.get` is `get`
    /// @param places gets where each transaction is named
    static List<Threshold> read(Optional<Section> section, String pack, Map<String, String> places) {
        var thresholds = new ArrayList<Threshold>();
        section.ifPresent(all -> {
            for (String name : all.keys()) {
                all.section(name).ifPresent(one -> read(one, name, pack + ".", thresholds, places));
            }
        });
        unsaid(thresholds, Threshold.Errors.class)
                .ifPresent(except -> thresholds.add(new Threshold.Errors(Optional.empty(), except, SHARE_MAX)));
        unsaid(thresholds, Threshold.Dropped.class)
                .ifPresent(except -> thresholds.add(new Threshold.Dropped(Optional.empty(), except, SHARE_MAX)));
        return thresholds;
    }

    /// The transactions that the file bounds in this kind, where it does not say it of all: the others keep the usual
    /// bound.
    private static Optional<Set<String>> unsaid(List<Threshold> thresholds, Class<? extends Threshold> kind) {
        var said = new HashSet<String>();
        for (var threshold : thresholds) {
            if (kind.isInstance(threshold)) {
                if (threshold.series().isEmpty()) {
                    return Optional.empty();
                }
                said.add(threshold.series().get());
            }
        }
        said.removeIf(series -> series.indexOf('/') >= 0);
        return Optional.of(said);
    }

    /// @param path of the object within the thresholds: a name with points is a path of objects
    private static void read(
            Section section, String path, String pack, List<Threshold> thresholds, Map<String, String> places) {
        String name = path.startsWith(pack) && pack.length() > 1 ? path.substring(pack.length()) : path;
        Optional<String> series = name.equals("all") ? Optional.empty() : Optional.of(name);
        for (String key : section.keys()) {
            places.putIfAbsent("thresholds." + name, section.where(key));
            switch (key) {
                case "errors" ->
                    section.share(key).ifPresent(share -> thresholds.add(new Threshold.Errors(series, share)));
                case "dropped" ->
                    section.share(key).ifPresent(share -> thresholds.add(new Threshold.Dropped(series, share)));
                case "throughput" ->
                    section.rate(key, 1e12).ifPresent(rate -> thresholds.add(new Threshold.Throughput(series, rate)));
                case "max" -> latency(section, key, series, 100, thresholds);
                default -> {
                    Matcher matcher = PERCENTILE.matcher(key);
                    boolean inner = section.isObject(key) && !matcher.matches();
                    if (inner) {
                        section.section(key).ifPresent(one -> read(one, path + "." + key, pack, thresholds, places));
                    } else if (matcher.matches()) {
                        latency(section, key, series, percentile(matcher), thresholds);
                    } else {
                        section.problem(
                                key,
                                "there is no such threshold." + Nearest.hint(key, KEYS)
                                        + " Allowed are p50, p99, \"p99.9\" and the like, max, errors, throughput,"
                                        + " dropped.");
                    }
                }
            }
        }
    }

    /// `p99`, `p99.9`, and `p999` for the same without the point.
    private static double percentile(Matcher matcher) {
        String whole = matcher.group(1) == null ? matcher.group(3) : matcher.group(1);
        String fraction = matcher.group(1) == null ? matcher.group(4) : matcher.group(2);
        return Double.parseDouble(whole + "." + (fraction == null ? "0" : fraction));
    }

    private static void latency(
            Section section, String key, Optional<String> series, double percentile, List<Threshold> thresholds) {
        if (section.isObject(key)) {
            section.problem(key, "a percentile with a point is written in quotes: \"" + key + ".9\" = 200ms");
            return;
        }
        section.duration(key, Duration.ofNanos(1_000), Duration.ofHours(1))
                .ifPresent(max -> thresholds.add(new Threshold.Percentile(series, percentile, max.toNanos())));
    }
}

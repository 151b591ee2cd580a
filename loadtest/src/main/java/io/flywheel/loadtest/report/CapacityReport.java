package io.flywheel.loadtest.report;

import io.flywheel.loadtest.capacity.Capacity;
import io.flywheel.loadtest.capacity.Ending;
import io.flywheel.loadtest.capacity.HostPlan;
import io.flywheel.loadtest.capacity.Probe;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.session.LocalCapacity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What a search for the capacity came to, for people and as JSON.
///
/// @param hosts how many hosts are needed, where it was asked for
public record CapacityReport(LocalCapacity.Result result, Optional<HostPlan> hosts) {
    /// Raised when a field changes its meaning.
    static final int VERSION = 1;

    private static final String ROW = "  %11s  %11s  %9s  %s";

    /// One line of a probe.
    public static String line(Probe probe) {
        return String.format(
                Locale.ROOT,
                ROW,
                Quantities.rate(probe.perSecond()),
                Quantities.rate(probe.servedPerSecond()),
                probe.latencyNanos() == 0 ? "-" : Quantities.time(Math.round(probe.latencyNanos())),
                outcome(probe.result()));
    }

    /// What stands above the lines of probes.
    public static String head() {
        return String.format(Locale.ROOT, ROW, "rate", "succeeded", "mean", "");
    }

    private static String outcome(Probe.Result result) {
        return switch (result) {
            case Probe.Result.Held() -> "held";
            case Probe.Result.Breached(String what) -> "BROKEN   " + what;
            case Probe.Result.Invalid(String why) -> "INVALID  " + why;
            case Probe.Result.Stopped() -> "stopped";
        };
    }

    /// The result as a few lines.
    public List<String> lines() {
        var lines = new ArrayList<String>();
        switch (result.capacity()) {
            case Capacity.Found found -> {
                lines.add(String.format(
                        Locale.ROOT,
                        "capacity     %s to %s, most likely %s (%s sure)",
                        Quantities.rate(found.lowPerSecond()),
                        Quantities.rate(found.highPerSecond()),
                        Quantities.rate(found.perSecond()),
                        Quantities.share(found.confidence())));
                lines.add("gave way     " + found.gaveWay());
                found.knee()
                        .ifPresent(knee -> lines.add("knee         "
                                + Quantities.rate(knee.perSecond()) + " at a mean of "
                                + Quantities.time(Math.round(knee.latencyNanos()))
                                + ": beyond it latency costs more than the rate gains"));
                found.ended().ifPresent(ending -> lines.add("wider        than wanted: " + ending.why()));
            }
            case Capacity.AtLeast(double low, Ending why, var _) ->
                lines.add("capacity     " + (low > 0 ? "at least " + Quantities.rate(low) : "not known") + ": "
                        + why.why());
            case Capacity.Below(double high, String gaveWay, var _) -> {
                lines.add("capacity     below " + Quantities.rate(high) + ", the lowest rate that was tried");
                lines.add("gave way     " + gaveWay);
            }
        }
        lines.add("probes       " + result.capacity().probes().size());
        hosts.ifPresent(plan -> lines.addAll(lines(plan)));
        result.problems().forEach(problem -> lines.add("problem      " + problem));
        return lines;
    }

    private static List<String> lines(HostPlan plan) {
        var lines = new ArrayList<String>();
        lines.add("hosts        " + Quantities.count(plan.needed()) + " needed"
                + (Double.isNaN(plan.cost()) ? "" : String.format(Locale.ROOT, ", they cost %,.2f", plan.cost())));
        String money = Double.isNaN(plan.saved())
                ? ""
                : String.format(
                        Locale.ROOT, ", which %s %,.2f", plan.saved() < 0 ? "costs" : "saves", Math.abs(plan.saved()));
        if (plan.released() > 0) {
            lines.add("             " + Quantities.count(plan.released()) + " can be released" + money);
        } else if (plan.released() < 0) {
            lines.add("             " + Quantities.count(-plan.released()) + " are missing" + money);
        }
        return lines;
    }

    /// Writes it as JSON; rates are a second, times nanoseconds.
    public void write(Path file) throws IOException {
        var mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        ReportFile.write(file, mapper.writeValueAsString(document()) + "\n");
    }

    private Map<String, Object> document() {
        var document = new LinkedHashMap<String, Object>();
        document.put("version", VERSION);
        switch (result.capacity()) {
            case Capacity.Found found -> {
                document.put("capacity", "found");
                document.put("low", found.lowPerSecond());
                document.put("likely", found.perSecond());
                document.put("high", found.highPerSecond());
                document.put("confidence", found.confidence());
                document.put("gaveWay", found.gaveWay());
                found.knee().ifPresent(knee -> document.put("knee", knee));
                found.ended().ifPresent(ending -> document.put("ended", ending));
            }
            case Capacity.AtLeast(double low, Ending why, var _) -> {
                document.put("capacity", "at least");
                document.put("low", low);
                document.put("ended", why);
            }
            case Capacity.Below(double high, String gaveWay, var _) -> {
                document.put("capacity", "below");
                document.put("high", high);
                document.put("gaveWay", gaveWay);
            }
        }
        document.put(
                "probes",
                result.capacity().probes().stream().map(CapacityReport::fields).toList());
        hosts.ifPresent(plan -> {
            document.put("hostsNeeded", plan.needed());
            document.put("hostsReleased", plan.released());
            if (!Double.isNaN(plan.cost())) {
                document.put("cost", plan.cost());
            }
            if (!Double.isNaN(plan.saved())) {
                document.put("saved", plan.saved());
            }
        });
        document.put("problems", result.problems());
        return document;
    }

    private static Map<String, Object> fields(Probe probe) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("rate", probe.perSecond());
        fields.put("succeeded", probe.servedPerSecond());
        fields.put("meanNanos", probe.latencyNanos());
        fields.put("outcome", outcome(probe.result()));
        return fields;
    }
}

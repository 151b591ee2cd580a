package io.flywheel.loadtest.capacity;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Where latency begins to cost more than the rate gains: the highest power, rate divided by latency (Kleinrock, "Power
/// and deterministic rules of thumb for probabilistic problems in computer communications", ICC 1979).
///
/// @param latencyNanos mean at that rate
public record Knee(double perSecond, double latencyNanos) {
    /// Empty where fewer than three rates were measured, or the power still rises at the highest.
    static Optional<Knee> of(List<Probe> probes) {
        var measured = probes.stream()
                .filter(probe -> !(probe.result() instanceof Probe.Result.Invalid) && probe.latencyNanos() > 0)
                .sorted(Comparator.comparingDouble(Probe::perSecond))
                .toList();
        if (measured.stream().mapToDouble(Probe::perSecond).distinct().count() < 3) {
            return Optional.empty();
        }
        return measured.stream()
                .max(Comparator.comparingDouble(probe -> probe.perSecond() / probe.latencyNanos()))
                .filter(best -> best.perSecond() < measured.getLast().perSecond())
                .map(best -> new Knee(best.perSecond(), best.latencyNanos()));
    }
}

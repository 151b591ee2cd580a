package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.schedule.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// What a run on many agents came to, and what is missing in it.
///
/// @param agents how many took part
/// @param missing parts of the schedule that nobody is known to have kept to
/// @param unaccounted executions that were started, but the agent was lost before it said how they ended
/// @param skewNanosMax by how much an agent's time of the run differed most from the controller's, with the way of the
///     message that said so
/// @param atRate with a concurrency there are no arrivals: seconds of users are counted instead
/// @param failures of agents that could not go on, and why
/// @param problems of teardowns, with the agent, and who left early
public record FleetResult(
        int agents,
        Aggregate aggregate,
        List<Missing> missing,
        List<Lost> lost,
        long unaccounted,
        long skewNanosMax,
        boolean stopped,
        boolean atRate,
        Workload.Cleaned cleaned,
        List<String> failures,
        List<String> problems) {
    private static final int SHOWN_MAX = 20;
    /// More of the schedule than this must not be missing: then the load was not the one that was asked for.
    private static final double MISSING_SHARE_MAX = 0.01;

    /// An agent that was given up.
    ///
    /// @param keptUntilNanos until that moment of the run is known what it did
    public record Lost(String agent, String why, long keptUntilNanos) {}

    /// A part of the schedule that nobody kept to.
    ///
    /// @param agent who was to
    /// @param arrivals how many; on average where they are Poisson's
    public record Missing(String agent, Span span, double arrivals) {}

    public FleetResult {
        missing = List.copyOf(missing);
        lost = List.copyOf(lost);
        failures = List.copyOf(failures);
        problems = List.copyOf(problems);
    }

    /// How many arrivals nobody is known to have started.
    public double missingArrivals() {
        return missing.stream().mapToDouble(Missing::arrivals).sum();
    }

    /// Who took part.
    public String agentsInWords() {
        return agents + (lost.isEmpty() ? "" : ", " + lost.size() + " lost") + ", their times at most "
                + Quantities.time(skewNanosMax) + " apart from the controller's, with the way of what said so";
    }

    /// Everything that the counts are short of, in words; empty when nothing is missing.
    public List<String> shortOf() {
        var lines = new ArrayList<String>();
        for (Lost agent : lost) {
            lines.add("agent " + agent.agent() + " was lost (" + agent.why() + "): what it did is known until "
                    + Quantities.time(agent.keptUntilNanos()));
        }
        for (Missing part : missing) {
            lines.add(String.format(
                    Locale.ROOT,
                    "missing: %.0f %s, share %d of %d from %s to %s, agent %s",
                    part.arrivals(),
                    atRate ? "arrivals" : "seconds of users",
                    part.span().share().index() + 1,
                    part.span().share().count(),
                    Quantities.time(part.span().fromNanos()),
                    Quantities.time(part.span().toNanos()),
                    part.agent()));
        }
        if (unaccounted > 0) {
            lines.add("missing: how " + unaccounted + " executions ended that lost agents had in flight");
        }
        if (lines.size() > SHOWN_MAX) {
            int more = lines.size() - SHOWN_MAX;
            return Stream.concat(lines.stream().limit(SHOWN_MAX), Stream.of("and " + more + " more"))
                    .toList();
        }
        return lines;
    }

    /// Why the run says nothing about the service.
    ///
    /// @param arrivals of the whole run, or until it was stopped
    public List<String> invalid(double arrivals) {
        var reasons = new ArrayList<>(failures);
        double missed = missingArrivals();
        if (missed > arrivals * MISSING_SHARE_MAX) {
            reasons.add(String.format(Locale.ROOT, "%.1f %% of the load is missing", missed * 100 / arrivals));
        }
        return reasons;
    }
}

package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.schedule.Share;
import io.flywheel.loadtest.schedule.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// How the rate was divided over the time of a run, and what nobody kept to.
final class Coverage {
    /// An equal share for each agent, from a moment until the next division.
    ///
    /// @param epoch how many divisions were before
    record Division(int epoch, long fromNanos, List<String> agents) {
        Division {
            agents = List.copyOf(agents);
        }

        Share share(int index) {
            return new Share(index, agents.size(), fromNanos, epoch);
        }
    }

    private final List<Division> divisions = new ArrayList<>();

    void divide(long fromNanos, List<String> agents) {
        divisions.add(new Division(divisions.size(), fromNanos, agents));
    }

    /// From when on the latest division holds.
    long latestFromNanos() {
        return divisions.getLast().fromNanos();
    }

    /// The share that an agent has at a moment, and those that it will have.
    List<Share> sharesFrom(String agent, long nanos) {
        var shares = new ArrayList<Share>();
        for (int i = 0; i < divisions.size(); i++) {
            Division division = divisions.get(i);
            boolean past = i + 1 < divisions.size() && divisions.get(i + 1).fromNanos() <= nanos;
            int index = past ? -1 : division.agents().indexOf(agent);
            if (index >= 0) {
                shares.add(division.share(index));
            }
        }
        return shares;
    }

    /// From when on an agent has no share any more; none where it has one in the latest division.
    Optional<Long> endOf(String agent) {
        Optional<Long> end = Optional.empty();
        for (Division division : divisions) {
            if (division.agents().contains(agent)) {
                end = Optional.empty();
            } else if (end.isEmpty()) {
                end = Optional.of(division.fromNanos());
            }
        }
        return end;
    }

    /// What an agent says about itself.
    interface Said {
        List<Span> spans(String agent);

        /// Up to which moment it was to keep to its share.
        long untilNanos(String agent);
    }

    /// What nobody kept to.
    ///
    /// @param lengthNanos of the run
    /// @param load what a span has of it
    List<FleetResult.Missing> missing(long lengthNanos, ToDoubleFunction<Span> load, Said said) {
        var missing = new ArrayList<FleetResult.Missing>();
        for (int i = 0; i < divisions.size(); i++) {
            Division division = divisions.get(i);
            long end = i + 1 < divisions.size() ? divisions.get(i + 1).fromNanos() : lengthNanos + 1;
            for (int index = 0; index < division.agents().size(); index++) {
                String agent = division.agents().get(index);
                long until = Math.min(end, said.untilNanos(agent));
                for (Span gap : gaps(division.share(index), until, said.spans(agent))) {
                    double missed = load.applyAsDouble(gap);
                    if (missed > 0) {
                        missing.add(new FleetResult.Missing(agent, gap, missed));
                    }
                }
            }
        }
        return missing;
    }

    private static List<Span> gaps(Share share, long untilNanos, List<Span> spans) {
        var kept = spans.stream()
                .filter(span -> span.share().equals(share))
                .sorted(Comparator.comparingLong(Span::fromNanos))
                .toList();
        var gaps = new ArrayList<Span>();
        long at = share.fromNanos();
        for (Span span : kept) {
            if (span.fromNanos() > at && at < untilNanos) {
                gaps.add(new Span(share, at, Math.min(span.fromNanos(), untilNanos)));
            }
            at = Math.max(at, span.toNanos());
        }
        if (at < untilNanos) {
            gaps.add(new Span(share, at, untilNanos));
        }
        return gaps;
    }
}

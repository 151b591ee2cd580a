package io.flywheel.loadtest.result;

import java.io.Serializable;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The names of parts that are counted one by one, of whatever agents: a hundred, the rest of a transaction together.
/// Each agent has a limit of its own, but names that differ from agent to agent would add up.
final class PartNames implements Serializable {
    private final Set<String> known = new HashSet<>();

    /// The same counts, under the names under which they are added up.
    Delta bound(Delta delta) {
        if (delta.series().keySet().stream().allMatch(series -> name(series).equals(series))) {
            return delta;
        }
        var bounded = new SeriesSums();
        delta.series().forEach((series, counts) -> bounded.add(Map.of(name(series), counts)));
        return new Delta(
                delta.agent(), delta.sequence(), delta.fromNanos(), delta.toNanos(), bounded.all(), delta.health());
    }

    private String name(String series) {
        int slash = series.indexOf('/');
        if (slash < 0 || known.contains(series)) {
            return series;
        }
        if (known.size() == Bounded.NAMES_MAX) {
            return series.substring(0, slash + 1) + Bounded.OTHERS;
        }
        known.add(series);
        return series;
    }
}

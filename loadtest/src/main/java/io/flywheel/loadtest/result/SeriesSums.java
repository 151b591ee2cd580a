package io.flywheel.loadtest.result;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Sums by series, exact. For one thread at a time.
public final class SeriesSums implements Serializable {
    private Map<String, SeriesDelta> sums = new TreeMap<>();

    public void add(Map<String, SeriesDelta> more) {
        more.forEach((name, counts) -> {
            var sum = sums.get(name);
            sums.put(name, (sum == null ? SeriesDelta.nothing() : sum).absorb(counts));
        });
    }

    public Optional<SeriesDelta> of(String series) {
        return Optional.ofNullable(sums.get(series));
    }

    /// They change when more is added.
    public Map<String, SeriesDelta> all() {
        return Collections.unmodifiableMap(sums);
    }

    /// The sums, and begins anew.
    public Map<String, SeriesDelta> take() {
        var taken = sums;
        sums = new TreeMap<>();
        return taken;
    }
}

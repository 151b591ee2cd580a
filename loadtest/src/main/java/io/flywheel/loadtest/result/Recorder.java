package io.flywheel.loadtest.result;

import static io.flywheel.base.Check.check;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Counts everything that a process sends. Any thread may record; {@link #take} is for one.
public final class Recorder {
    private final String agent;
    private final ConcurrentMap<String, SeriesRecorder> series = new ConcurrentHashMap<>();
    private long sequence;
    private long takenUntilNanos;

    /// @param agent the process's name in the run: with the sequence it names a delta
    public Recorder(String agent) {
        this.agent = agent;
    }

    /// Where a transaction is counted. Ask once and keep it.
    public SeriesRecorder transaction(String name) {
        return series.computeIfAbsent(name, _ -> new SeriesRecorder(true));
    }

    /// Where a named part of a transaction is counted; beyond a hundred names the others are one.
    public SeriesRecorder part(String transaction, String part) {
        String name = transaction + "/" + Bounded.cut(part);
        var known = series.get(name);
        return known != null
                ? known
                : series.computeIfAbsent(
                        series.size() < Bounded.NAMES_MAX ? name : transaction + "/" + Bounded.OTHERS,
                        _ -> new SeriesRecorder(false));
    }

    /// What was recorded since the last call. Deltas are counted from 0 without gaps, and their times touch.
    ///
    /// @param untilNanos now, from the start of the run
    public Delta take(long untilNanos, GeneratorHealth health) {
        check(untilNanos >= takenUntilNanos, "time runs forwards");
        Map<String, SeriesDelta> taken = new TreeMap<>();
        series.forEach((name, recorder) -> recorder.take().ifPresent(delta -> taken.put(name, delta)));
        var delta = new Delta(agent, sequence, takenUntilNanos, untilNanos, taken, health);
        sequence++;
        takenUntilNanos = untilNanos;
        return delta;
    }

    /// The names that were asked for.
    public List<String> names() {
        return series.keySet().stream().sorted().toList();
    }
}

package io.flywheel.loadtest.session;

import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.SeriesDelta;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.runfile.RunFile;
import java.time.Instant;
import java.util.List;

/// What a load run came to.
///
/// @param id of the run
/// @param stopped it was stopped before its end: the numbers are those until then
/// @param seconds how long was measured, without the warm-up and the drain
/// @param problems of teardowns
public record RunResult(
        RunFile file,
        String id,
        Instant began,
        Aggregate aggregate,
        Verdict verdict,
        boolean stopped,
        double seconds,
        Workload.Cleaned cleaned,
        List<String> problems) {
    public RunResult {
        problems = List.copyOf(problems);
    }

    /// How many of these succeeded a second.
    public double perSecond(SeriesDelta series) {
        return seconds <= 0 ? 0 : series.succeeded() / seconds;
    }
}

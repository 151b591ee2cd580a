package io.flywheel.loadtest.session;

import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.runfile.RunFile;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a load run came to.
///
/// @param id of the run
/// @param stopped it was stopped before its end: the numbers are those until then
/// @param problems of teardowns
public record RunResult(
        RunFile file,
        String id,
        Instant began,
        Aggregate aggregate,
        Verdict verdict,
        boolean stopped,
        Workload.Cleaned cleaned,
        List<String> problems) {
    public RunResult {
        problems = List.copyOf(problems);
    }

    /// How long was measured, without the warm-up and the drain.
    public double seconds() {
        return aggregate.seconds();
    }

    /// How many of a series succeeded a second.
    public double perSecond(String series) {
        return aggregate.rates(Optional.of(series)).succeeded();
    }
}

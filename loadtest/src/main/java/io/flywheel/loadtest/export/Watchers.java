package io.flywheel.loadtest.export;

import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.session.LocalRun;
import java.util.List;

/// Several who watch a run.
public record Watchers(List<LocalRun.Watcher> all) implements LocalRun.Watcher {
    public Watchers {
        all = List.copyOf(all);
    }

    @Override
    public void began(RunFile file) {
        all.forEach(one -> one.began(file));
    }

    @Override
    public void interval(Aggregate soFar, Delta latest, int inFlight) {
        all.forEach(one -> one.interval(soFar, latest, inFlight));
    }
}

package io.flywheel.loadtest.session;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.bundle.BundleLimits;
import io.flywheel.loadtest.bundle.Bundles;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.schedule.Mix;
import java.util.List;

/// Makes a run's transactions.
public interface WorkloadSource {
    /// Their names, each after those whose results it wants.
    List<String> names();

    /// Looks at all of it, without setting anything up.
    ///
    /// @return why parts of it cannot be run
    default List<String> examine() {
        return List.of();
    }

    /// For a run.
    Workload workload(Run run);

    /// Whether what a process left that was killed can be found; what bundles make only they know.
    default boolean findsLeftovers() {
        return false;
    }

    /// Gives back what a process left that ended before it could.
    ///
    /// @param run its run
    /// @return what could not be given back, in words
    default List<String> removeLeftovers(Run run) {
        return List.of();
    }

    /// The transactions of a built-in pack.
    static WorkloadSource of(RunFile.Source.OfPack pack) {
        return new WorkloadSource() {
            @Override
            public List<String> names() {
                return pack.configured().transactions();
            }

            @Override
            public Workload workload(Run run) {
                return pack.configured().workload(run);
            }

            @Override
            public boolean findsLeftovers() {
                return true;
            }

            @Override
            public List<String> removeLeftovers(Run run) {
                return pack.configured().removeLeftovers(run);
            }
        };
    }

    /// Bundles, each in a process of its own, with the data of the run file.
    static WorkloadSource of(Bundles bundles, BundleLimits limits, RunFile file, Clock clock) {
        return new WorkloadSource() {
            @Override
            public List<String> names() {
                return bundles.names();
            }

            @Override
            public List<String> examine() {
                return bundles.examine(clock, limits);
            }

            @Override
            public Workload workload(Run run) {
                return bundles.workload(clock, run, data(file), limits);
            }
        };
    }

    private static List<Bundles.Data> data(RunFile file) {
        return file.data().entrySet().stream()
                .map(series -> new Bundles.Data(
                        series.getKey(),
                        series.getValue().file(),
                        series.getValue().order(),
                        Mix.of(file.seed(), series.getKey().hashCode())))
                .toList();
    }
}

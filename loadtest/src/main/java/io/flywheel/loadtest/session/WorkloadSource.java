package io.flywheel.loadtest.session;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.definition.CsvFile;
import io.flywheel.loadtest.definition.Definition;
import io.flywheel.loadtest.definition.LiveDefinition;
import io.flywheel.loadtest.definition.Series;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.schedule.Mix;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Makes a run's transactions.
public interface WorkloadSource {
    /// Their names, each after those whose results it wants.
    List<String> names();

    /// For a run.
    Workload workload(Run run);

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
        };
    }

    /// Annotated classes, with the data of the run file.
    static WorkloadSource of(Definition definition, RunFile file) {
        return new WorkloadSource() {
            @Override
            public List<String> names() {
                return definition.names();
            }

            @Override
            public Workload workload(Run run) {
                return new LiveDefinition(definition, run, series(file));
            }
        };
    }

    private static Map<String, Series> series(RunFile file) {
        Map<String, Series> series = new TreeMap<>();
        file.data().forEach((name, data) -> {
            try {
                long seed = Mix.of(file.seed(), name.hashCode());
                series.put(name, new Series.Listed(CsvFile.read(data.file()), data.order(), seed));
            } catch (IOException e) {
                throw new LocalRun.CannotBegin("data." + name + ": " + e.getMessage(), e);
            }
        });
        return series;
    }
}

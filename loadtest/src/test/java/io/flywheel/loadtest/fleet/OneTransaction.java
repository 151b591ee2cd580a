package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.pack.Pack;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.session.WorkloadSource;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/// A run file's run with a workload of the test's instead of the pack's: one transaction, `get`.
final class OneTransaction {
    private OneTransaction() {}

    static Loading.Loaded load(Path file, Function<RunFile, Workload> workloads) {
        var run = RunFile.read(file, Pack.builtIn());
        return new Loading.Loaded(run, new WorkloadSource() {
            @Override
            public List<String> names() {
                return List.of("get");
            }

            @Override
            public Workload workload(Run info) {
                return workloads.apply(run);
            }
        });
    }
}

package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.session.WorkloadSource;
import java.nio.file.Path;

/// Reads a run file and its transactions. What is wrong with them is thrown as a {@link RuntimeException} that says so.
public interface Loading {
    /// A run file and its transactions.
    record Loaded(RunFile run, WorkloadSource source) {}

    Loaded load(Path file);
}

package io.flywheel.bench;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.pack.Pack;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.session.LocalRun;
import io.flywheel.loadtest.session.RunResult;
import io.flywheel.loadtest.session.WorkloadSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/// A run file's run in this process, as `flywheel loadtest run` makes it, and what it cost.
///
/// @param cpuSeconds user and system time of this process
record LoadtestRun(RunResult result, double cpuSeconds, double wallSeconds) {
    /// Of a run file with a built-in pack.
    ///
    /// @param file is written
    static LoadtestRun of(Path file, String text) throws Exception {
        return of(file, text, UnaryOperator.identity(), new LocalRun.Watcher() {});
    }

    /// @param around what sees the transactions on their way to the engine
    /// @throws IOException when a request failed or could not be sent
    static LoadtestRun of(Path file, String text, UnaryOperator<WorkloadSource> around, LocalRun.Watcher watcher)
            throws Exception {
        Files.writeString(file, text);
        var run = RunFile.read(file, Pack.builtIn());
        var source = around.apply(WorkloadSource.of((RunFile.Source.OfPack) run.source()));
        double cpu = ServerProcess.ownCpuSeconds();
        long begin = System.nanoTime();
        var result = new LocalRun(new SystemClock(), run, source, _ -> {}).run(watcher);
        double seconds = (System.nanoTime() - begin) / 1e9;
        var all = result.aggregate().all();
        if (all.failed() > 0 || all.dropped() > 0) {
            throw new IOException("requests failed: " + all.errors() + ", dropped: " + all.dropped());
        }
        return new LoadtestRun(result, ServerProcess.ownCpuSeconds() - cpu, seconds);
    }

    /// As a round of a comparison.
    Sample sample() {
        var all = result.aggregate().all();
        return Sample.untimed(all.ended(), all.receivedBytes(), cpuSeconds, wallSeconds);
    }
}

package io.flywheel.server;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Benchmarks live in a jar of their own, which the script `./flywheel` builds and runs; this entry is for the help.
@Command(
        name = "bench",
        description =
                "Measures Flywheel beside its limits and peers: ./flywheel bench NAME [--json], in the source tree.")
final class BenchCommand implements Callable<Integer> {
    @Parameters(hidden = true)
    private List<String> arguments = List.of();

    @Override
    public Integer call() {
        throw StartRefused.failure(
                "benchmarks run from the source tree: ./flywheel bench " + String.join(" ", arguments));
    }
}

package io.flywheel.loadtest.command;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.bundle.BundleRefused;
import io.flywheel.loadtest.bundle.Bundles;
import io.flywheel.loadtest.definition.DefinitionRefused;
import io.flywheel.loadtest.fleet.Loading;
import io.flywheel.loadtest.pack.Pack;
import io.flywheel.loadtest.report.Printable;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.runfile.RunFileRefused;
import io.flywheel.loadtest.session.LocalRun;
import io.flywheel.loadtest.session.WorkloadSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/// The run file that a command works on.
final class RunFileOption {
    @Parameters(index = "0", paramLabel = "FILE", description = "The run file; docs/loadtest.md has every key.")
    private @Nullable Path file;

    /// @throws RunFileRefused when it is wrong
    /// @throws BundleRefused when its bundle cannot be run
    /// @throws DefinitionRefused when its annotations are wrong
    Loading.Loaded load() {
        return load(java.util.Objects.requireNonNull(file));
    }

    /// As {@link #load()}, of any file.
    static Loading.Loaded load(Path file) {
        var run = RunFile.read(file, Pack.builtIn());
        var source = switch (run.source()) {
            case RunFile.Source.OfPack pack -> WorkloadSource.of(pack);
            case RunFile.Source.OfBundles(var jars, var limits) ->
                WorkloadSource.of(Bundles.open(jars), limits, run, new SystemClock());
        };
        run.weights(source.names());
        return new Loading.Loaded(run, source);
    }

    /// Runs a command; what is wrong with what it was given is said line by line.
    ///
    /// @return its exit code
    static int reporting(PrintWriter error, Callable<Integer> command) throws Exception {
        try {
            return command.call();
        } catch (RunFileRefused refused) {
            return say(error, refused.problems());
        } catch (DefinitionRefused refused) {
            return say(error, refused.problems());
        } catch (BundleRefused | LocalRun.CannotBegin refused) {
            return say(error, List.of(String.valueOf(refused.getMessage())));
        } catch (CommandLine.ParameterException usage) {
            throw usage;
        } catch (RuntimeException | IOException | Error crash) {
            // It says nothing about the service: 1 would.
            error.println("flywheel: failed: " + crash);
            crash.printStackTrace(error);
            error.flush();
            return LoadtestCommand.INVALID;
        }
    }

    static int say(PrintWriter error, List<String> problems) {
        problems.stream()
                .flatMap(String::lines)
                .forEach(problem -> error.println("flywheel: " + Printable.of(problem)));
        error.flush();
        return LoadtestCommand.USAGE;
    }
}

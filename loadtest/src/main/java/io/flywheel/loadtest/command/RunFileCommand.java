package io.flywheel.loadtest.command;

import io.flywheel.loadtest.fleet.Loading;
import io.flywheel.loadtest.report.Printable;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/// A command that works on a run file. What is wrong with what it was given is said line by line.
abstract class RunFileCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private RunFileOption option = new RunFileOption();

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    /// @return the exit code
    abstract int run(CommandLine line, Loading.Loaded loaded) throws Exception;

    /// What can be seen without the run file.
    void checkOptions(CommandLine line) {}

    @Override
    public final Integer call() throws Exception {
        var line = Objects.requireNonNull(spec).commandLine();
        checkOptions(line);
        return RunFileOption.reporting(line.getErr(), () -> run(line, option.load()));
    }

    /// Writes a line to standard error. Text from outside cannot do more to a terminal.
    static void log(PrintWriter error, String text) {
        error.println(Printable.of(text));
        error.flush();
    }
}

package io.flywheel.loadtest.command;

import io.flywheel.loadtest.runfile.Explanation;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `loadtest check FILE`.
@Command(
        name = "check",
        description = "Says what a run would do, or what is wrong with its file. Sends nothing.",
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private RunFileOption option = new RunFileOption();

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var line = Objects.requireNonNull(spec).commandLine();
        return RunFileOption.reporting(line.getErr(), () -> {
            var loaded = option.load();
            Explanation.of(loaded.run(), loaded.source().names()).forEach(line.getOut()::println);
            var problems = loaded.source().problems();
            problems.forEach(problem -> line.getErr().println("flywheel: " + problem));
            return problems.isEmpty() ? 0 : LoadtestCommand.USAGE;
        });
    }
}

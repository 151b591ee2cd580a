package io.flywheel.loadtest.command;

import io.flywheel.loadtest.sample.SampleProject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `loadtest init DIR`.
@Command(
        name = "init",
        description = "Makes a Maven project with transactions to begin with.",
        mixinStandardHelpOptions = true)
final class InitCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "DIR", description = "A folder that is empty or not there yet.")
    private @Nullable Path folder;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var line = Objects.requireNonNull(spec).commandLine();
        Path wanted = Objects.requireNonNull(folder);
        try {
            SampleProject.write(wanted);
        } catch (IOException e) {
            throw new CommandLine.ParameterException(line, String.valueOf(e.getMessage()), e);
        }
        line.getOut().println("made " + wanted + "; next:");
        line.getOut().println("  cd " + wanted + " && mvn package");
        line.getOut().println("  flywheel loadtest check run.conf");
        return 0;
    }
}

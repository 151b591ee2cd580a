package io.flywheel.loadtest.command;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `flywheel loadtest`.
@Command(
        name = "loadtest",
        description = "Tests a service: functionally, under load, how much load it takes, and for ever.",
        subcommands = {
            InitCommand.class,
            RunCommand.class,
            CheckCommand.class,
            TestCommand.class,
            CapacityCommand.class,
            CanaryCommand.class,
            ControllerCommand.class,
            AgentCommand.class
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit codes: 0 passed, 1 failed, 2 usage or configuration, 3 invalid: the generator was the bottleneck,",
            "or nothing was measured; such a run says nothing about the service."
        })
public final class LoadtestCommand implements Runnable {
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int INVALID = 3;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(), "no command is given");
    }
}

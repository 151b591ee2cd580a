package io.flywheel.server.operate;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Has a running server read everything that it stores.
@Command(
        name = "scrub",
        description = "Has a running server read and verify everything: scrub now.",
        subcommands = ScrubCommand.Now.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class ScrubCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(Objects.requireNonNull(spec).commandLine(), "no command is given: now");
    }

    @Command(
            name = "now",
            description = "Begins a round at once; 'status' shows how far it is.",
            mixinStandardHelpOptions = true)
    static final class Now extends Action {
        @Parameters(arity = "0..1", paramLabel = "DIR", description = "A disk of the server.")
        private @Nullable Path folder;

        @Override
        void act() {
            var connection = connect(folder == null ? List.of() : List.of(folder));
            show(connection.post("scrub", parameters()));
        }
    }
}

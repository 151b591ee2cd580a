package io.flywheel.loadtest.command;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.fleet.AgentSession;
import io.flywheel.loadtest.fleet.JoinToken;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `loadtest agent HOST:PORT`.
@Command(
        name = "agent",
        description =
                "Takes part in a run of a controller, or in all probes of a search for a capacity. It stops sending"
                        + " when it loses the controller.",
        mixinStandardHelpOptions = true)
final class AgentCommand implements Callable<Integer> {
    private static final int NAME_MAX = 100;
    static final String TOKEN_VARIABLE = "FLYWHEEL_LOADTEST_TOKEN";

    @Parameters(index = "0", paramLabel = "HOST:PORT", description = "Where the controller listens.")
    private String controller = "";

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Has the token that the controller prints (default: the variable " + TOKEN_VARIABLE + ").")
    private @Nullable Path tokenFile;

    @Option(names = "--name", paramLabel = "NAME", description = "What it is called in results (default: the host).")
    private @Nullable String name;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var line = Objects.requireNonNull(spec).commandLine();
        var address = HostPort.parse(controller)
                .orElseThrow(() -> new CommandLine.ParameterException(
                        line, "'" + controller + "' is not such as controller.example:7411"));
        var token = token(line);
        Path folder = Files.createTempDirectory("flywheel-loadtest-agent-");
        var agent = new AgentSession(
                new SystemClock(),
                address,
                token,
                unique(),
                folder,
                RunFileOption::load,
                text -> RunFileCommand.log(line.getErr(), text));
        // Outermost: the process ends when it is closed, and the folder may hold secrets.
        try (var _ = new StopOnSignal(agent::stop)) {
            try {
                String why = agent.take();
                if (!why.isEmpty()) {
                    var _ = RunFileOption.say(line.getErr(), List.of(why));
                }
                return why.isEmpty() ? 0 : LoadtestCommand.FAILED;
            } finally {
                AgentSession.delete(folder);
            }
        }
    }

    private JoinToken token(CommandLine line) throws IOException {
        String said = tokenFile == null ? System.getenv(TOKEN_VARIABLE) : Files.readString(tokenFile);
        if (said == null) {
            throw new CommandLine.ParameterException(
                    line, "the token is missing: set " + TOKEN_VARIABLE + " or give --token-file");
        }
        try {
            return JoinToken.parse(said);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(line, String.valueOf(e.getMessage()), e);
        }
    }

    /// Two processes of a host, one after the other too, are two agents.
    private String unique() {
        String known = name;
        if (known == null) {
            try {
                known = InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                known = "agent";
            }
        }
        return known.substring(0, Math.min(known.length(), NAME_MAX)) + "-"
                + Long.toString(ThreadLocalRandom.current().nextLong() >>> 24, 36);
    }
}

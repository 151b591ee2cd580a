package io.flywheel.loadtest.command;

import io.flywheel.loadtest.fleet.FleetOptions;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// How a command has its agents.
final class FleetOption {
    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "0.0.0.0:7411",
            description = "Where agents join (default: ${DEFAULT-VALUE}).")
    private String listen = "0.0.0.0:7411";

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            defaultValue = ".loadtest-controller",
            description = "The controller's key, its token and the run until it is over (default: ${DEFAULT-VALUE}).")
    private Path folder = Path.of(".loadtest-controller");

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "An agent that does not hear the controller for so long stops sending; the controller gives"
                    + " it up after half of it (default: ${DEFAULT-VALUE}).")
    private double patience = 5;

    Path folder() {
        return folder;
    }

    InetSocketAddress address(CommandLine line) {
        return HostPort.parse(listen)
                .orElseThrow(() -> new CommandLine.ParameterException(
                        line, "--listen: '" + listen + "' is not such as 0.0.0.0:7411"));
    }

    FleetOptions options(CommandLine line, int agents) {
        if (patience < 0.1 || patience > 3_600) {
            throw new CommandLine.ParameterException(line, "--patience: 0.1 to 3600 seconds");
        }
        try {
            return FleetOptions.of(agents).withPatience(Duration.ofNanos(Math.round(patience * 1e9)));
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(line, "--agents: " + e.getMessage(), e);
        }
    }

    static CommandLine.ParameterException cannotStart(CommandLine line, Exception why) {
        return new CommandLine.ParameterException(line, "the controller cannot start: " + why.getMessage(), why);
    }

    /// Says what to do on each agent.
    static void invite(PrintWriter error, String host, int port, String token, int agents) {
        error.println("listening on " + host + ":" + port + ", waiting for " + agents + " agents. On each:");
        error.println("  " + AgentCommand.TOKEN_VARIABLE + "=" + token + " \\");
        error.println("    flywheel loadtest agent THIS-HOST:" + port);
        error.flush();
    }
}

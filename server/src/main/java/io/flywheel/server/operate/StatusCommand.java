package io.flywheel.server.operate;

import io.flywheel.server.DiskDirectory;
import io.flywheel.server.ExitCode;
import io.flywheel.server.StartRefused;
import io.flywheel.server.admin.Json;
import io.flywheel.server.admin.Text;
import io.flywheel.server.admin.Verdict;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Shows how a running store is; its exit code says it to scripts.
@Command(
        name = "status",
        description = "Shows how a running store is: disks, redundancy, services.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: 0 healthy, 10 degraded, 11 at risk, 12 data unavailable, 5 no server is running, 1 failure."
        })
public final class StatusCommand implements Callable<Integer> {
    private static final String CLEAR = "\u001b[H\u001b[2J";

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ServerChoice choice = new ServerChoice();

    @Option(names = "--json", description = "Answers one JSON object.")
    private boolean json;

    @Option(
            names = "--watch",
            arity = "0..1",
            fallbackValue = "2",
            paramLabel = "SECONDS",
            description = "Shows it again every so many seconds (2), until Ctrl-C.")
    private @Nullable Integer watchSeconds;

    @Parameters(arity = "0..*", paramLabel = "DIR|URL", description = "The server's address, or any of its disks.")
    private List<String> places = List.of();

    @Override
    public Integer call() {
        var output = Objects.requireNonNull(spec).commandLine().getOut();
        if (watchSeconds != null && (watchSeconds < 1 || watchSeconds > 86_400)) {
            throw new ParameterException(spec.commandLine(), "--watch: 1 to 86400 seconds");
        }
        Connection connection;
        Connection.Answer status;
        try {
            connection = connect();
            status = connection.get("status");
        } catch (StartRefused refused) {
            if (refused.code() == ExitCode.NOT_RUNNING && !json) {
                disks(output);
            }
            throw refused;
        }
        while (true) {
            boolean terminal = Optional.ofNullable(System.console())
                    .map(Console::isTerminal)
                    .orElse(false);
            output.print(watchSeconds != null && terminal && !json ? CLEAR : "");
            output.print(json ? status.text() : StatusText.of(status.json()));
            output.flush();
            if (watchSeconds == null) {
                return Verdict.of(status.json().text("verdict"))
                        .map(Verdict::exitCode)
                        .orElse(ExitCode.FAILURE.number());
            }
            pause(watchSeconds);
            status = connection.get("status");
        }
    }

    private Connection connect() {
        for (String place : places) {
            if (ServerChoice.isUrl(place)) {
                return choice.ofUrl(place);
            }
        }
        return choice.connect(places.stream().map(Path::of).toList());
    }

    private static void pause(int seconds) {
        try {
            TimeUnit.SECONDS.sleep(seconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StartRefused.failure("interrupted");
        }
    }

    /// What the folders say by themselves.
    private void disks(PrintWriter output) {
        for (String place : places) {
            if (!ServerChoice.isUrl(place)) {
                Path folder = DiskDirectory.absolute(Path.of(place));
                output.println(folder + ": " + said(folder));
            }
        }
        output.flush();
    }

    private static String said(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Files.exists(folder) ? "a file, no disk" : "missing";
        }
        Path identity = folder.resolve("disk.json");
        if (!Files.exists(identity)) {
            return "no disk of Flywheel: it has no disk.json";
        }
        try {
            var disk = Json.parse(Files.readString(identity));
            return "disk " + disk.text("disk") + " of the store " + disk.text("store") + ", "
                    + Text.bytes((double) disk.number("extents") * disk.number("extentBytes"))
                    + (disk.truth("complete") ? "" : ", never served");
        } catch (IOException | IllegalArgumentException e) {
            return "its disk.json cannot be read: " + e.getMessage();
        }
    }
}

package io.flywheel.server;

import io.flywheel.base.Nearest;
import io.flywheel.loadtest.command.LoadtestCommand;
import io.flywheel.server.operate.DiskCommand;
import io.flywheel.server.operate.ExplainCommand;
import io.flywheel.server.operate.ScrubCommand;
import io.flywheel.server.operate.StatusCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command line. Standard output carries only what a command answers: libraries that print get standard error.
@Command(
        name = "flywheel",
        description = "An S3-compatible object store.",
        subcommands = {
            ServerCommand.class,
            StatusCommand.class,
            ExplainCommand.class,
            DiskCommand.class,
            ScrubCommand.class,
            CredentialsCommand.class,
            ForgetCommand.class,
            DurabilityCommand.class,
            LoadtestCommand.class,
            BenchCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Versions.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit codes: 0 stopped, 1 failure, 2 usage, 3 configuration, 4 the disk is in use by another server,",
            "5 no server is running; 'status' and 'loadtest' have their own."
        })
final class Main implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    public static void main(String[] arguments) {
        var output = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        int code = run(arguments, output, System.err);
        output.flush();
        System.exit(code);
    }

    /// Runs one command line and returns its exit code.
    static int run(String[] arguments, PrintStream output, PrintStream error) {
        var line = new CommandLine(new Main());
        line.addSubcommand(new CommandLine.HelpCommand());
        line.setOut(new java.io.PrintWriter(output, true, StandardCharsets.UTF_8));
        line.setErr(new java.io.PrintWriter(error, true, StandardCharsets.UTF_8));
        line.setParameterExceptionHandler(Main::refuseUsage);
        line.setExecutionExceptionHandler((exception, _, _) -> {
            if (exception instanceof StartRefused refused) {
                error.println("flywheel: " + refused.getMessage());
                return refused.code().number();
            }
            error.println("flywheel: failed: " + exception);
            exception.printStackTrace(error);
            return ExitCode.FAILURE.number();
        });
        return line.execute(arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), "no command is given");
    }

    private static int refuseUsage(ParameterException exception, String[] arguments) {
        var line = exception.getCommandLine();
        var error = line.getErr();
        error.println("flywheel: " + complaint(exception));
        error.println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE.number();
    }

    private static String complaint(ParameterException exception) {
        if (!(exception instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return String.valueOf(exception.getMessage());
        }
        String word = unmatched.getUnmatched().getFirst();
        var line = exception.getCommandLine();
        if (word.startsWith("-")) {
            String name = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
            List<String> names = new ArrayList<>();
            for (OptionSpec option : line.getCommandSpec().options()) {
                names.addAll(List.of(option.names()));
            }
            return "unknown option '" + name + "'." + Nearest.hint(name, names);
        }
        if (line.getSubcommands().isEmpty()) {
            return "unexpected argument '" + word + "'.";
        }
        return "unknown command '" + word + "'."
                + Nearest.hint(word, line.getSubcommands().keySet());
    }

    static final class Versions implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"flywheel " + Version.text()};
        }
    }
}

package io.flywheel.server.operate;

import io.flywheel.server.ExitCode;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Changes the disks of a running server.
@Command(
        name = "disk",
        description = "Changes the disks of a running server: add, drain, remove, replace, restore.",
        subcommands = {
            DiskCommand.Add.class,
            DiskCommand.Drain.class,
            DiskCommand.Remove.class,
            DiskCommand.Replace.class,
            DiskCommand.Restore.class
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class DiskCommand implements Runnable {
    private static final String WAIT = "Waits until no slot is left on the disk. Ctrl-C stops the waiting only.";

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "no command is given: add, drain, remove, replace or restore");
    }

    /// Where a new disk stands.
    static final class Place {
        @Option(names = "--node", paramLabel = "NAME", description = "The machine that the disk fails with.")
        private String node = "";

        @Option(names = "--rack", paramLabel = "NAME", description = "The rack of the node.")
        private String rack = "";

        @Option(names = "--zone", paramLabel = "NAME", description = "The zone of the rack.")
        private String zone = "";
    }

    @Command(
            name = "add",
            description = "Makes a disk of a missing or empty folder, and adds it to the running server.",
            mixinStandardHelpOptions = true)
    static final class Add implements Callable<Integer> {
        @Spec
        private @Nullable CommandSpec spec;

        @Mixin
        private Action action = new Action();

        @Mixin
        private Place place = new Place();

        @Parameters(paramLabel = "NEWDIR", description = "The folder, on the server's host.")
        private String folder = "";

        @Override
        public Integer call() {
            var parameters = action.parameters(
                    "dir", Action.absolute(folder), "node", place.node, "rack", place.rack, "zone", place.zone);
            action.show(Objects.requireNonNull(spec), action.connect(List.of()).post("disk/add", parameters));
            return ExitCode.STOPPED.number();
        }
    }

    @Command(
            name = "drain",
            description = "Moves everything from a disk to the others, with full redundancy on the way.",
            mixinStandardHelpOptions = true)
    static final class Drain implements Callable<Integer> {
        @Spec
        private @Nullable CommandSpec spec;

        @Mixin
        private Action action = new Action();

        @Option(names = "--cancel", description = "Uses the disk again.")
        private boolean cancel;

        @Option(names = "--wait", description = WAIT)
        private boolean wait;

        @Parameters(paramLabel = "DIR|NAME", description = "The disk: its folder, or its name as in 'status'.")
        private String disk = "";

        @Override
        public Integer call() {
            var line = Objects.requireNonNull(spec).commandLine();
            if (cancel && wait) {
                throw new ParameterException(line, "--cancel and --wait do not go together");
            }
            var connection = action.connect(Action.folders(disk));
            var answer = connection.post(
                    "disk/drain", action.parameters("disk", Action.absolute(disk), "cancel", cancel ? "true" : ""));
            action.show(Objects.requireNonNull(spec), answer);
            if (wait && !action.isDryRun()) {
                new Emptying(connection, answer.json().text("disk"), line.getErr()).await();
            }
            return ExitCode.STOPPED.number();
        }
    }

    @Command(
            name = "remove",
            description = "Gives up a drained disk for ever, or has what a dead one held made anew.",
            mixinStandardHelpOptions = true)
    static final class Remove implements Callable<Integer> {
        @Spec
        private @Nullable CommandSpec spec;

        @Mixin
        private Action action = new Action();

        @Option(names = "--lost", description = "The disk is dead: what it held is made anew from the others, at once.")
        private boolean lost;

        @Option(names = "--wait", description = WAIT + " Then the disk is removed.")
        private boolean wait;

        @Parameters(paramLabel = "DIR|NAME", description = "The disk: its folder, or its name as in 'status'.")
        private String disk = "";

        @Override
        public Integer call() {
            var connection = action.connect(Action.folders(disk));
            var answer = connection.post(
                    "disk/remove", action.parameters("disk", Action.absolute(disk), "lost", lost ? "true" : ""));
            action.show(Objects.requireNonNull(spec), answer);
            if (wait && !action.isDryRun() && answer.json().number("slots") > 0) {
                finish(action, spec, connection, answer);
            }
            return ExitCode.STOPPED.number();
        }
    }

    /// Waits until the disk is empty, and removes it.
    private static void finish(Action action, CommandSpec spec, Connection connection, Connection.Answer answer) {
        String disk = answer.json().text("disk");
        new Emptying(connection, disk, spec.commandLine().getErr()).await();
        action.show(spec, connection.post("disk/remove", action.parameters("disk", disk)));
    }

    @Command(
            name = "replace",
            description = "Adds a new disk and has it and the others take over what an old one holds.",
            mixinStandardHelpOptions = true)
    static final class Replace implements Callable<Integer> {
        @Spec
        private @Nullable CommandSpec spec;

        @Mixin
        private Action action = new Action();

        @Mixin
        private Place place = new Place();

        @Option(names = "--wait", description = WAIT + " Then it is removed.")
        private boolean wait;

        @Parameters(index = "0", paramLabel = "OLDDIR|NAME", description = "The disk, dead or alive.")
        private String old = "";

        @Parameters(index = "1", paramLabel = "NEWDIR", description = "A missing or empty folder.")
        private String folder = "";

        @Override
        public Integer call() {
            var connection = action.connect(Action.folders(old));
            var answer = connection.post(
                    "disk/replace",
                    action.parameters(
                            "disk",
                            Action.absolute(old),
                            "dir",
                            Action.absolute(folder),
                            "node",
                            place.node,
                            "rack",
                            place.rack,
                            "zone",
                            place.zone));
            action.show(Objects.requireNonNull(spec), answer);
            if (wait && !action.isDryRun()) {
                finish(action, spec, connection, answer);
            }
            return ExitCode.STOPPED.number();
        }
    }

    @Command(
            name = "restore",
            description = "Opens a disk again that was away, with what it has.",
            mixinStandardHelpOptions = true)
    static final class Restore implements Callable<Integer> {
        @Spec
        private @Nullable CommandSpec spec;

        @Mixin
        private Action action = new Action();

        @Parameters(paramLabel = "DIR", description = "The folder that the disk is in now, on the server's host.")
        private String folder = "";

        @Override
        public Integer call() {
            var connection = action.connect(Action.folders(folder));
            action.show(
                    Objects.requireNonNull(spec),
                    connection.post("disk/restore", action.parameters("dir", Action.absolute(folder))));
            return ExitCode.STOPPED.number();
        }
    }
}

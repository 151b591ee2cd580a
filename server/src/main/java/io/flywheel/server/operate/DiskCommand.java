package io.flywheel.server.operate;

import java.util.List;
import java.util.Objects;
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
    static final class Add extends Action {
        @Mixin
        private Place place = new Place();

        @Parameters(paramLabel = "NEWDIR", description = "The folder, on the server's host.")
        private String folder = "";

        @Override
        void act() {
            var parameters = parameters(
                    "dir", Action.absolute(folder), "node", place.node, "rack", place.rack, "zone", place.zone);
            show(connect(List.of()).post("disk/add", parameters));
        }
    }

    @Command(
            name = "drain",
            description = "Moves everything from a disk to the others, with full redundancy on the way.",
            mixinStandardHelpOptions = true)
    static final class Drain extends Parting {
        @Option(names = "--cancel", description = "Uses the disk again.")
        private boolean cancel;

        @Option(names = "--wait", description = WAIT)
        private boolean wait;

        @Parameters(paramLabel = "DIR|NAME", description = "The disk: its folder, or its name as in 'status'.")
        private String disk = "";

        @Override
        void act() {
            if (cancel && wait) {
                throw new ParameterException(line(), "--cancel and --wait do not go together");
            }
            var connection = connect(Action.folders(disk));
            var answer = connection.post(
                    "disk/drain", parameters("disk", Action.absolute(disk), "cancel", cancel ? "true" : ""));
            show(answer);
            if (wait && !isDryRun()) {
                awaitEmpty(connection, answer);
            }
        }
    }

    /// A command that may wait until a disk is empty.
    abstract static class Parting extends Action {
        /// Waits until the disk that the answer names is empty.
        final String awaitEmpty(Connection connection, Connection.Answer answer) {
            String disk = answer.json().text("disk");
            new Emptying(connection, disk, line().getErr()).await();
            return disk;
        }

        final void removeWhenEmpty(Connection connection, Connection.Answer answer) {
            show(connection.post("disk/remove", parameters("disk", awaitEmpty(connection, answer))));
        }
    }

    @Command(
            name = "remove",
            description = "Gives up a drained disk for ever, or has what a dead one held made anew.",
            mixinStandardHelpOptions = true)
    static final class Remove extends Parting {
        @Option(names = "--lost", description = "The disk is dead: what it held is made anew from the others, at once.")
        private boolean lost;

        @Option(names = "--wait", description = WAIT + " Then the disk is removed.")
        private boolean wait;

        @Parameters(paramLabel = "DIR|NAME", description = "The disk: its folder, or its name as in 'status'.")
        private String disk = "";

        @Override
        void act() {
            var connection = connect(Action.folders(disk));
            var answer = connection.post(
                    "disk/remove", parameters("disk", Action.absolute(disk), "lost", lost ? "true" : ""));
            show(answer);
            if (wait && !isDryRun() && answer.json().number("slots") > 0) {
                removeWhenEmpty(connection, answer);
            }
        }
    }

    @Command(
            name = "replace",
            description = "Adds a new disk and has it and the others take over what an old one holds.",
            mixinStandardHelpOptions = true)
    static final class Replace extends Parting {
        @Mixin
        private Place place = new Place();

        @Option(names = "--wait", description = WAIT + " Then it is removed.")
        private boolean wait;

        @Parameters(index = "0", paramLabel = "OLDDIR|NAME", description = "The disk, dead or alive.")
        private String old = "";

        @Parameters(index = "1", paramLabel = "NEWDIR", description = "A missing or empty folder.")
        private String folder = "";

        @Override
        void act() {
            var connection = connect(Action.folders(old));
            var answer = connection.post(
                    "disk/replace",
                    parameters(
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
            show(answer);
            if (wait && !isDryRun()) {
                removeWhenEmpty(connection, answer);
            }
        }
    }

    @Command(
            name = "restore",
            description = "Opens a disk again that was away, with what it has.",
            mixinStandardHelpOptions = true)
    static final class Restore extends Action {
        @Parameters(paramLabel = "DIR", description = "The folder that the disk is in now, on the server's host.")
        private String folder = "";

        @Override
        void act() {
            var connection = connect(Action.folders(folder));
            show(connection.post("disk/restore", parameters("dir", Action.absolute(folder))));
        }
    }
}

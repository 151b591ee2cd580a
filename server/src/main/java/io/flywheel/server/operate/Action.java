package io.flywheel.server.operate;

import io.flywheel.server.DiskDirectory;
import io.flywheel.server.ExitCode;
import io.flywheel.server.admin.Json;
import io.flywheel.server.admin.Text;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// A command that changes something on a running server.
abstract class Action implements Callable<Integer> {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ServerChoice choice = new ServerChoice();

    @Option(names = "--dry-run", description = "Says what would be done, and does nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "Answers one JSON object.")
    private boolean json;

    /// Asks the server and shows what it answers.
    abstract void act();

    @Override
    public final Integer call() {
        act();
        return ExitCode.STOPPED.number();
    }

    final boolean isDryRun() {
        return dryRun;
    }

    final Connection connect(List<Path> folders) {
        return choice.connect(folders);
    }

    final CommandLine line() {
        return Objects.requireNonNull(spec).commandLine();
    }

    /// Whether a word is a disk's name and not its path.
    static boolean isName(String disk) {
        return ID.matcher(disk).matches() && !Files.exists(Path.of(disk));
    }

    /// As the server wants it: a name, or an absolute path.
    static String absolute(String disk) {
        return isName(disk) ? disk : DiskDirectory.absolute(Path.of(disk)).toString();
    }

    /// The folder that a word means, to find the server by.
    static List<Path> folders(String disk) {
        try {
            return isName(disk) ? List.of() : List.of(Path.of(disk));
        } catch (InvalidPathException e) {
            return List.of();
        }
    }

    /// @param namesAndValues alternating; those without a value are left out
    final SortedMap<String, String> parameters(String... namesAndValues) {
        var parameters = new TreeMap<String, String>();
        for (int at = 0; at < namesAndValues.length; at += 2) {
            if (!namesAndValues[at + 1].isEmpty()) {
                parameters.put(namesAndValues[at], namesAndValues[at + 1]);
            }
        }
        if (dryRun) {
            parameters.put("dry-run", "true");
        }
        return parameters;
    }

    /// Shows what the server answered.
    final void show(Connection.Answer answer) {
        var output = line().getOut();
        output.print(json ? answer.text() : text(answer.json()));
        output.flush();
    }

    private static String text(Json answer) {
        var text = new StringBuilder(
                answer.truth("dryRun") ? "Nothing is changed. Without --dry-run it would:\n" : "Done, or under way:\n");
        answer.texts("steps").forEach(step -> text.append("  ").append(step).append('\n'));
        if (answer.has("redundancy")) {
            text.append("Redundancy ").append(answer.text("redundancy")).append(".\n");
        }
        answer.texts("remarks")
                .forEach(remark -> text.append("Note: ").append(remark).append(".\n"));
        if (answer.has("disk") && answer.text("action").equals("add")) {
            text.append("The disk's name is ").append(answer.text("disk")).append(".\n");
        }
        return text.toString();
    }

    /// A line on how far a disk has got rid of its slots.
    static String progress(Json status, Json disk) {
        if (disk.number("copysets") == 0) {
            return "no slot is left; the namespace's log moves to another disk";
        }
        var text = new StringBuilder(Text.count(disk.number("copysets"), "copyset", "copysets"))
                .append(" to go, slots move in ")
                .append(status.object("copysets").text("moving"));
        status.objects("workers").stream()
                .filter(worker -> worker.text("name").equals("repair"))
                .filter(worker -> worker.real("bytesPerSecond") > 0)
                .findFirst()
                .ifPresent(worker -> text.append(", ")
                        .append(Text.bytes(worker.real("bytesPerSecond")))
                        .append(" a second")
                        .append(
                                worker.has("remainingSeconds")
                                        ? ", about " + Text.seconds(worker.number("remainingSeconds")) + " left"
                                        : ""));
        return text.toString();
    }
}

package io.flywheel.server.operate;

import io.flywheel.server.admin.Json;
import io.flywheel.server.admin.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.stream.Collectors;

/// What {@code status} shows to people.
final class StatusText {
    private StatusText() {}

    static String of(Json status) {
        var text = new StringBuilder(status.text("verdict")).append('\n');
        status.texts("reasons")
                .forEach(reason -> text.append("  ").append(reason).append('\n'));
        text.append("\nstore ")
                .append(status.text("fleet"))
                .append(", fleet map ")
                .append(status.text("mapVersion"))
                .append(", flywheel ")
                .append(status.text("release"))
                .append('\n');
        text.append('\n').append(disks(status));
        if (status.number("removedDisks") > 0) {
            text.append("removed for good: ")
                    .append(Text.count(status.number("removedDisks"), "disk", "disks"))
                    .append('\n');
        }
        text.append('\n').append(classes(status));
        text.append('\n').append(copysets(status.object("copysets")));
        text.append(namespace(status.object("namespace")));
        String workers = workers(status);
        return (workers.isEmpty() ? text : text.append('\n').append(workers)).toString();
    }

    /// A disk as operators know it.
    static String name(Json disk) {
        return disk.has("path") ? disk.text("path") : disk.text(disk.has("disk") ? "disk" : "id");
    }

    private static Table disks(Json status) {
        var table = new Table(
                "disk",
                "state",
                ">size",
                ">used",
                ">free",
                ">copysets",
                ">in flight",
                ">req/s",
                ">ms",
                "node",
                "rack",
                "zone",
                "damages",
                "id");
        var disks = new ArrayList<>(status.objects("disks"));
        disks.sort(Comparator.comparing(StatusText::name));
        for (Json disk : disks) {
            boolean open = disk.has("totalBytes");
            table.row(
                    disk.has("path") ? disk.text("path") : "-",
                    disk.text("state")
                            + (disk.truth("draining") && !disk.text("state").equals("draining") ? ", draining" : ""),
                    Text.bytes(disk.number("capacityBytes")),
                    open ? Text.bytes(disk.number("usedBytes")) : "",
                    open ? Text.bytes(disk.number("freeBytes") + disk.number("garbageBytes")) : "",
                    disk.text("copysets"),
                    open ? disk.text("requestsInFlight") : "",
                    open ? Text.decimal(disk.real("requestsPerSecond")) : "",
                    open ? Text.decimal(disk.real("latencyMillis")) : "",
                    disk.text("node"),
                    disk.text("rack"),
                    disk.text("zone"),
                    disk.texts("damages").isEmpty()
                            ? ""
                            : Integer.toString(disk.texts("damages").size()),
                    disk.text("id"));
        }
        return table;
    }

    /// Classes that are stored alike share a line.
    private static Table classes(Json status) {
        var table = new Table("scheme", ">bytes per byte", "survives", "storage classes");
        status.objects("storageClasses").stream()
                .collect(Collectors.groupingBy(
                        each -> each.text("scheme"), java.util.LinkedHashMap::new, Collectors.toList()))
                .forEach((scheme, alike) -> table.row(
                        scheme,
                        Text.decimal(alike.getFirst().real("bytesPerByte")),
                        alike.getFirst().text("survives"),
                        alike.stream().map(each -> each.text("name")).collect(Collectors.joining(", "))));
        return table;
    }

    private static String copysets(Json copysets) {
        var text = new StringBuilder("copysets   ").append(copysets.text("total"));
        for (Json level : copysets.objects("byRedundancy")) {
            text.append("; ").append(level.text("copysets")).append(' ').append(redundancy(level));
        }
        if (copysets.number("moving") > 0) {
            text.append("; slots move in ").append(copysets.text("moving"));
        }
        return text.append('\n').toString();
    }

    private static String redundancy(Json level) {
        long remaining = level.number("remaining");
        if (remaining < 0) {
            return "lost more disks than blocks in them spare";
        }
        if (level.number("parity") == 0) {
            return "without redundancy";
        }
        return remaining == level.number("parity")
                ? "may lose any " + Text.count(remaining, "disk", "disks")
                : "may lose " + remaining + " more, of " + level.text("parity");
    }

    private static String namespace(Json namespace) {
        long mayLose = namespace.number("mayLose");
        long madeToLose = namespace.number("madeToLose");
        var text = new StringBuilder("namespace  position ")
                .append(namespace.text("position"))
                .append("; ");
        if (mayLose < 0) {
            text.append("too few disks have it");
        } else if (mayLose >= madeToLose) {
            text.append(mayLose == 0 ? "without redundancy" : "may lose any " + Text.count(mayLose, "disk", "disks"));
        } else {
            text.append("may lose ").append(mayLose).append(" more, of ").append(madeToLose);
        }
        return text.append("; its log is on ")
                .append(namespace.objects("log").stream()
                        .map(copy -> name(copy) + (copy.truth("inSync") ? "" : " (" + copy.text("state") + ")"))
                        .collect(Collectors.joining(", ")))
                .append('\n')
                .toString();
    }

    private static String workers(Json status) {
        var workers = status.objects("workers");
        if (workers.isEmpty()) {
            return "";
        }
        var table = new Table("service", "doing", ">done", ">a second", ">left", "alarm");
        for (Json worker : workers) {
            double rate = worker.real("bytesPerSecond");
            table.row(
                    worker.text("name"),
                    worker.text("doing"),
                    worker.has("share") ? Text.decimal(100 * worker.real("share")) + " %" : "",
                    rate > 0 ? Text.bytes(rate) : "",
                    worker.has("remainingSeconds") ? Text.seconds(worker.number("remainingSeconds")) : "",
                    worker.text("alarm"));
        }
        return table.toString();
    }
}

package io.flywheel.server.operate;

import io.flywheel.server.admin.Json;
import io.flywheel.server.admin.Text;
import java.util.stream.Collectors;

/// What {@code explain} shows to people.
final class ExplanationText {
    private ExplanationText() {}

    static String of(Json object) {
        var text = new StringBuilder("s3://")
                .append(object.text("bucket"))
                .append('/')
                .append(object.text("key"))
                .append("  version ")
                .append(object.text("versionId"))
                .append("  ")
                .append(Text.bytes(object.number("sizeBytes")))
                .append("  ")
                .append(object.text("storageClass"))
                .append('\n');
        return text.append(object.text("content").equals("inline") ? inline(object) : blocks(object))
                .toString();
    }

    private static String inline(Json object) {
        return "inside the namespace, " + namespace(object) + "\n" + survives(object) + "\n";
    }

    private static String namespace(Json object) {
        var holders = object.objects("namespaceLog");
        return "whose log is on " + Text.count(holders.size(), "disk", "disks") + ": "
                + holders.stream().map(StatusText::name).collect(Collectors.joining(", "));
    }

    private static String survives(Json object) {
        if (!object.truth("readable")) {
            return "cannot be read now: too many shards are missing";
        }
        long remaining = object.number("remaining");
        return remaining == 0
                ? "readable; no disk of it may be lost"
                : "readable; any " + Text.count(remaining, "disk", "disks") + " of it may be lost";
    }

    private static String blocks(Json object) {
        var blocks = object.objects("blocks");
        var text = new StringBuilder(survives(object)).append('\n');
        if (object.number("parts") > 0) {
            text.append("a multipart upload of ")
                    .append(Text.count(object.number("parts"), "part", "parts"))
                    .append('\n');
        }
        if (object.number("blockCount") != blocks.size()) {
            text.append("blocks ")
                    .append(object.text("firstBlock"))
                    .append(" to ")
                    .append(object.number("firstBlock") + blocks.size() - 1)
                    .append(" of ")
                    .append(object.text("blockCount"))
                    .append("; --first and --limit show others\n");
        }
        blocks.forEach(block -> text.append('\n').append(block(block)));
        var losing = new Table("disk", "losing it", "id");
        for (Json disk : object.objects("losing")) {
            losing.row(StatusText.name(disk), after(disk), disk.text("disk"));
        }
        text.append('\n').append(losing);
        for (Json combination : object.objects("unreadableWithout")) {
            text.append("unreadable without ")
                    .append(
                            combination.number("any")
                                            == combination.objects("of").size()
                                    ? ""
                                    : "any ")
                    .append(combination.text("any"))
                    .append(" of ")
                    .append(combination.objects("of").stream()
                            .map(ExplanationText::holders)
                            .collect(Collectors.joining(", ")))
                    .append('\n');
        }
        long mayLose = object.number("namespaceMayLose");
        return text.append("known to the namespace, ")
                .append(namespace(object))
                .append("; ")
                .append(
                        mayLose > 0
                                ? "any " + Text.count(mayLose, "disk", "disks") + " of these may be lost"
                                : "none of these may be lost")
                .append('\n')
                .toString();
    }

    private static String after(Json disk) {
        long remaining = disk.number("remaining");
        if (!disk.truth("readable")) {
            return "makes it unreadable";
        }
        return remaining == 0 ? "leaves it readable, with nothing to spare" : "leaves " + remaining + " more to lose";
    }

    /// A shard whose slot moves may be on two disks.
    private static String holders(Json shard) {
        return shard.objects("disks").stream().map(StatusText::name).collect(Collectors.joining(" and "));
    }

    private static String block(Json block) {
        var text = new StringBuilder("block ").append(block.text("id"));
        if (block.has("part")) {
            text.append("  part ").append(block.text("part"));
        }
        text.append("  at ")
                .append(block.text("offset"))
                .append("  ")
                .append(Text.bytes(block.number("lengthBytes")))
                .append("  ")
                .append(block.text("scheme"))
                .append("  copyset ")
                .append(block.text("copyset"))
                .append(", epoch ")
                .append(block.text("epoch"));
        if (block.has("unknown")) {
            return text.append('\n')
                    .append("  ")
                    .append(block.text("unknown"))
                    .append('\n')
                    .toString();
        }
        text.append(block.truth("readable") ? "  may lose " + block.text("remaining") : "  cannot be read")
                .append('\n');
        var table = new Table("  shard", "", ">slot", "state", ">length", "disk", "detail");
        for (Json shard : block.objects("shards")) {
            boolean first = true;
            for (Json copy : shard.objects("disks")) {
                table.row(
                        "  " + (first ? shard.text("shard") : ""),
                        first ? shard.text("role") : "",
                        first ? shard.text("slot") : "",
                        copy.text("state"),
                        copy.has("lengthBytes") ? Text.bytes(copy.number("lengthBytes")) : "",
                        StatusText.name(copy),
                        copy.text("detail"));
                first = false;
            }
        }
        return text.append(table).toString();
    }
}

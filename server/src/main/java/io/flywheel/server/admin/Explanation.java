package io.flywheel.server.admin;

import io.flywheel.base.Bytes;
import io.flywheel.base.DiskId;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.Lookup;
import io.flywheel.namespace.PartLayout;
import io.flywheel.namespace.Version;
import io.flywheel.namespace.VersionId;
import io.flywheel.namespace.VersionSelector;
import io.flywheel.objects.ShardCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Where every shard of an object lies, how it is, and what losing disks would do: the answer to {@code explain}.
final class Explanation {
    /// Blocks that one answer tells of, where the request does not say.
    private static final int BLOCKS = 1000;

    private static final int BLOCKS_MAX = 10_000;

    private final RunningStore store;
    private final SortedMap<DiskId, OpenDisk> open;

    Explanation(RunningStore store) {
        this.store = store;
        open = store.disks();
    }

    /// A block, and where it lies in the object.
    private record Placed(int part, long offset, BlockRef ref) {}

    Json json(Parameters parameters) {
        boolean verify = parameters.flag("verify");
        String bucket = parameters.required("bucket");
        String key = parameters.required("key");
        var version = version(store.namespace().lookup(bucket, Bytes.utf8(key), selector(parameters)), bucket, key);
        int first = parameters.number("first", 0, 0, Integer.MAX_VALUE / 4);
        int limit = parameters.number("limit", BLOCKS, 1, BLOCKS_MAX);
        var json = new Json()
                .with("bucket", bucket)
                .with("key", key)
                .with("versionId", version.isNull() ? "null" : version.id().toString())
                .with("sizeBytes", version.sizeBytes())
                .with("etag", version.etag())
                .with("storageClass", version.attributes().storageClass())
                .with("modifiedMillis", version.modifiedMillis());
        if (version.content() instanceof Content.Inline) {
            return inline(json);
        }
        var all = blocks(version.content());
        var shown = all.subList(Math.min(first, all.size()), Math.min(all.size(), first + limit));
        json.with("content", version.content() instanceof Content.Parts ? "parts" : "blocks")
                .with("parts", version.partCount())
                .with("blockCount", all.size())
                .with("firstBlock", Math.min(first, all.size()));
        return blocks(json, shown, verify);
    }

    private static VersionSelector selector(Parameters parameters) {
        String text = parameters.text("version-id").orElse("");
        if (text.isEmpty()) {
            return VersionSelector.CURRENT;
        }
        if (text.equals("null")) {
            return VersionSelector.NULL;
        }
        return VersionId.parse(text)
                .<VersionSelector>map(VersionSelector.Exactly::new)
                .orElseThrow(() -> AdminRefusal.invalid("'" + text + "' is no version id"));
    }

    private static Version.ObjectVersion version(Lookup lookup, String bucket, String key) {
        String name = "s3://" + bucket + "/" + key;
        return switch (lookup) {
            case Lookup.Found(var found, var _) -> found;
            case Lookup.Deleted(var marker) ->
                throw AdminRefusal.missing(name + " is deleted; version " + marker.id() + " is its delete marker");
            case Lookup.NoSuchBucket() -> throw AdminRefusal.missing("there is no bucket '" + bucket + "'");
            case Lookup.NoSuchKey() -> throw AdminRefusal.missing("there is no object " + name);
            case Lookup.NoSuchVersion() -> throw AdminRefusal.missing(name + " has no such version");
        };
    }

    /// The bytes are in the namespace, which lasts as long as a majority of the disks with its log.
    private Json inline(Json json) {
        return namespace(json.with("content", "inline")
                .with("readable", true)
                .with("remaining", Math.max(0, store.namespaceLog().mayLose())));
    }

    /// Without the namespace nothing is known of the object.
    private Json namespace(Json json) {
        var log = store.namespaceLog();
        return json.with("namespaceMayLose", log.mayLose())
                .with(
                        "namespaceLog",
                        log.copies().stream().map(copy -> disk(copy.disk())).toList());
    }

    private List<Placed> blocks(Content content) {
        var blocks = new ArrayList<Placed>();
        switch (content) {
            case Content.Inline _ -> {
                // No blocks.
            }
            case Content.Blocks(var refs) -> add(blocks, 0, 0, refs);
            case Content.Parts(var upload) -> {
                PartLayout layout = store.namespace()
                        .layout(upload)
                        .orElseThrow(() -> AdminRefusal.conflict("the object was replaced meanwhile; ask again"));
                for (int at = 0; at < layout.count(); at++) {
                    int number = layout.numbers()[at];
                    long start = layout.startOf(at);
                    store.namespace()
                            .part(upload, number)
                            .filter(part -> part.content() instanceof Content.Blocks)
                            .ifPresent(part -> add(blocks, number, start, ((Content.Blocks) part.content()).blocks()));
                }
            }
        }
        return blocks;
    }

    private static void add(List<Placed> blocks, int part, long start, List<BlockRef> refs) {
        long offset = start;
        for (BlockRef ref : refs) {
            blocks.add(new Placed(part, offset, ref));
            offset += ref.lengthBytes();
        }
    }

    private Json blocks(Json json, List<Placed> shown, boolean verify) {
        var map = store.map();
        var check = verify ? Optional.of(new ShardCheck(store.buffers())) : Optional.<ShardCheck>empty();
        var examined = new ArrayList<BlockHealth>();
        var blocks = new ArrayList<Json>();
        for (Placed placed : shown) {
            var health = BlockHealth.examine(placed.ref(), map, open, check);
            examined.add(health);
            blocks.add(health.json(this::disk)
                    .with("part", Optional.of(placed.part()).filter(part -> part > 0))
                    .with("offset", placed.offset()));
        }
        int remaining = examined.stream().mapToInt(BlockHealth::remaining).min().orElse(0);
        return namespace(json)
                .with("readable", examined.stream().allMatch(health -> health.remaining() >= 0))
                .with("remaining", remaining)
                .with("blocks", blocks)
                .with("losing", losing(examined))
                .with("unreadableWithout", combinations(examined));
    }

    /// For each disk, how many more losses the object survives without it.
    private List<Json> losing(List<BlockHealth> blocks) {
        var left = new TreeMap<DiskId, Integer>();
        for (BlockHealth block : blocks) {
            block.disks().forEach(disk -> left.put(disk, Integer.MAX_VALUE));
        }
        left.replaceAll((disk, _) -> blocks.stream()
                .mapToInt(block -> block.remainingWithout(disk))
                .min()
                .orElse(0));
        return left.entrySet().stream()
                .map(entry -> disk(entry.getKey())
                        .with("remaining", Math.max(-1, entry.getValue()))
                        .with("readable", entry.getValue() >= 0))
                .toList();
    }

    /// Which disks together hold what the object cannot be read without: losing {@code any} so many {@code of} these.
    private List<Json> combinations(List<BlockHealth> blocks) {
        var distinct = new java.util.LinkedHashMap<List<List<DiskId>>, Integer>();
        for (BlockHealth block : blocks) {
            distinct.merge(block.holders(), block.remaining() + 1, Math::min);
        }
        return distinct.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> new Json()
                        .with("any", entry.getValue())
                        .with(
                                "of",
                                entry.getKey().stream()
                                        .map(holders -> new Json()
                                                .with(
                                                        "disks",
                                                        holders.stream()
                                                                .map(this::disk)
                                                                .toList()))
                                        .toList()))
                .toList();
    }

    private Json disk(DiskId id) {
        return new Json()
                .with("disk", id.toString())
                .with("path", Optional.ofNullable(store.paths().get(id)).map(Path::toString));
    }
}

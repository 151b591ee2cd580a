package io.flywheel.server.admin;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Slot;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.objects.BlockLayout;
import io.flywheel.objects.ShardCheck;
import io.flywheel.shardstore.IndexUnreadable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/// What the disks say about the shards of one block.
///
/// @param unknown why nothing can be said; empty as a rule
/// @param needed how many shards suffice
record BlockHealth(
        BlockRef ref, String unknown, String scheme, int needed, Optional<Copyset> copyset, List<Shard> shards) {
    /// One shard, which two disks may be asked for while its slot moves.
    record Shard(int index, int slot, String role, List<Copy> copies) {
        boolean isThere() {
            return copies.stream().anyMatch(Copy::isGood);
        }

        boolean isThereWithout(DiskId disk) {
            return copies.stream()
                    .anyMatch(copy -> copy.isGood() && !copy.disk().equals(disk));
        }
    }

    /// What one disk has of a shard.
    ///
    /// @param lengthBytes -1 where there is none
    /// @param detail for the operator; may be empty
    record Copy(DiskId disk, State state, long lengthBytes, String detail) {
        boolean isGood() {
            return state == State.PRESENT;
        }
    }

    enum State {
        PRESENT("present"),
        MISSING("missing"),
        CORRUPT("corrupt"),
        UNREADABLE("unreadable"),
        ABSENT("disk absent");

        private final String words;

        State(String words) {
            this.words = words;
        }
    }

    /// Asks the disks.
    ///
    /// @param verify reads every byte; empty where that is not wanted
    static BlockHealth examine(
            BlockRef ref, FleetMap map, SortedMap<DiskId, OpenDisk> open, Optional<ShardCheck> verify) {
        var copyset = map.copyset(ref.id().copyset());
        return switch (BlockLayout.of(ref)) {
            case BlockLayout.Read.Unknown(var why) -> new BlockHealth(ref, why, "unknown", 1, copyset, List.of());
            case BlockLayout.Read.Known(var layout) -> {
                if (copyset.isEmpty()
                        || layout.slots().getLast() >= copyset.get().width()) {
                    yield new BlockHealth(
                            ref,
                            "the fleet has no such copyset",
                            layout.scheme().toString(),
                            1,
                            copyset,
                            List.of());
                }
                var shards = new ArrayList<Shard>();
                for (int index = 0; index < layout.slots().size(); index++) {
                    int slot = layout.slots().get(index);
                    var id = new ShardId(ref.id(), slot);
                    var copies = disks(copyset.get().slots().get(slot)).stream()
                            .map(disk -> copy(ref, id, disk, layout.shardBytes(), open, verify))
                            .toList();
                    shards.add(new Shard(index, slot, role(layout.scheme(), index), copies));
                }
                yield new BlockHealth(
                        ref,
                        "",
                        layout.scheme().toString(),
                        layout.scheme().dataShards(),
                        copyset,
                        List.copyOf(shards));
            }
        };
    }

    private static String role(Scheme scheme, int index) {
        if (scheme instanceof Scheme.Copies) {
            return "copy";
        }
        return index < scheme.dataShards() ? "data" : "parity";
    }

    private static List<DiskId> disks(Slot slot) {
        return switch (slot) {
            case Slot.Held(var disk) -> List.of(disk);
            case Slot.Moving(var from, var to) -> List.of(to, from);
        };
    }

    private static Copy copy(
            BlockRef ref,
            ShardId shard,
            DiskId id,
            int expectedBytes,
            SortedMap<DiskId, OpenDisk> open,
            Optional<ShardCheck> verify) {
        OpenDisk disk = open.get(id);
        if (disk == null) {
            return new Copy(id, State.ABSENT, -1, "");
        }
        try {
            Optional<Long> length = disk.store().length(shard);
            if (length.isEmpty()) {
                return new Copy(id, State.MISSING, -1, "");
            }
            if (length.get() != expectedBytes) {
                return new Copy(id, State.CORRUPT, length.get(), "it should have " + expectedBytes + " bytes");
            }
            return verify.isPresent()
                    ? read(ref, disk, shard, length.get(), verify.get())
                    : new Copy(id, State.PRESENT, length.get(), "");
        } catch (IndexUnreadable e) {
            return new Copy(id, e.isDamage() ? State.CORRUPT : State.UNREADABLE, -1, String.valueOf(e.getMessage()));
        }
    }

    /// Reads every byte, and holds it against the disk's checksums and the end-to-end ones.
    private static Copy read(BlockRef ref, OpenDisk disk, ShardId shard, long length, ShardCheck check) {
        return switch (check.check(ref, shard.slot(), disk.store())) {
            case ShardCheck.Checked.Right(var _) -> new Copy(disk.id(), State.PRESENT, length, "");
            case ShardCheck.Checked.NotThere() -> new Copy(disk.id(), State.MISSING, -1, "");
            case ShardCheck.Checked.Wrong(var what) -> new Copy(disk.id(), State.CORRUPT, length, what);
            case ShardCheck.Checked.Unknown(var reason) -> new Copy(disk.id(), State.UNREADABLE, length, reason);
        };
    }

    /// How many more shards may be lost; negative when the block cannot be read.
    int remaining() {
        return (int) shards.stream().filter(Shard::isThere).count() - needed;
    }

    int remainingWithout(DiskId disk) {
        return (int) shards.stream().filter(shard -> shard.isThereWithout(disk)).count() - needed;
    }

    /// Every disk that has a shard.
    SortedSet<DiskId> disks() {
        var disks = new TreeSet<DiskId>();
        holders().forEach(disks::addAll);
        return disks;
    }

    /// For each shard that is there the disks that have it.
    List<List<DiskId>> holders() {
        return shards.stream()
                .filter(Shard::isThere)
                .map(shard -> shard.copies().stream()
                        .filter(Copy::isGood)
                        .map(Copy::disk)
                        .toList())
                .toList();
    }

    /// @param disk names a disk
    Json json(Function<DiskId, Json> disk) {
        var id = ref.id();
        return new Json()
                .with("id", id.copyset() + "." + id.lease() + "." + id.counter())
                .with("lengthBytes", ref.lengthBytes())
                .with("scheme", scheme)
                .with("copyset", id.copyset())
                .with("epoch", copyset.map(Copyset::epoch))
                .with("unknown", Optional.of(unknown).filter(why -> !why.isEmpty()))
                .with("readable", remaining() >= 0)
                .with("remaining", remaining())
                .with(
                        "shards",
                        shards.stream()
                                .map(shard -> new Json()
                                        .with("shard", shard.index())
                                        .with("slot", shard.slot())
                                        .with("role", shard.role())
                                        .with(
                                                "disks",
                                                shard.copies().stream()
                                                        .map(copy -> disk.apply(copy.disk())
                                                                .with("state", copy.state().words)
                                                                .with(
                                                                        "lengthBytes",
                                                                        Optional.of(copy.lengthBytes())
                                                                                .filter(bytes -> bytes >= 0))
                                                                .with(
                                                                        "detail",
                                                                        Optional.of(copy.detail())
                                                                                .filter(text -> !text.isEmpty())))
                                                        .toList()))
                                .toList());
    }
}

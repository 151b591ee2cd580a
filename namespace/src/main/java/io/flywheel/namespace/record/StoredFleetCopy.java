package io.flywheel.namespace.record;

import io.flywheel.base.DiskId;
import io.flywheel.namespace.fleet.FleetMap;
import java.util.Comparator;
import java.util.List;

/// The fleet map as one of the disks that hold it has it. Of two copies the newer is that of the later life,
/// then of the later step, then of the later version.
///
/// ```
/// version u8 = 1 | promised varint | life varint | step varint
/// | count, holders: fixed64 fixed64 | count, former holders | length varint, map | CRC32C of all before, fixed32
/// ```
///
/// @param promised the latest life that asked this disk: no earlier one goes on
/// @param life which start of the process wrote the map
/// @param step counts, within a life, after what failed and what changed the holders
/// @param holders the disks of which a majority has the map
/// @param former the holders before, where they are just changing: then a majority of these counts too; else
///     the same
public record StoredFleetCopy(
        long promised, long life, long step, List<DiskId> holders, List<DiskId> former, FleetMap map)
        implements Comparable<StoredFleetCopy> {
    private static final int FORMAT = 1;

    /// The same copy on a disk that was asked by a later life.
    public StoredFleetCopy promising(long later) {
        return new StoredFleetCopy(later, life, step, holders, former, map);
    }

    @Override
    public int compareTo(StoredFleetCopy other) {
        return Comparator.comparingLong(StoredFleetCopy::life)
                .thenComparingLong(StoredFleetCopy::step)
                .thenComparingLong(copy -> copy.map().version())
                .compare(this, other);
    }

    public byte[] encode() {
        byte[] stored = StoredFleetMap.encode(map);
        Encoder out = new Encoder(stored.length + 128).u8(FORMAT);
        out.varint(promised).varint(life).varint(step);
        disks(out, holders);
        disks(out, former);
        out.varint(stored.length).raw(stored);
        return Crc.sealed(out);
    }

    public static StoredFleetCopy decode(byte[] bytes) throws MalformedRecord {
        Decoder in = Crc.verified(bytes).version(FORMAT);
        long promised = in.size();
        long life = in.size();
        long step = in.size();
        List<DiskId> holders = in.list(FleetFields::disk);
        List<DiskId> former = in.list(FleetFields::disk);
        FleetMap map = StoredFleetMap.decode(in.raw(in.count(in.remaining())));
        in.end();
        if (holders.isEmpty() || former.isEmpty()) {
            throw new MalformedRecord("a map that no disk holds");
        }
        return new StoredFleetCopy(promised, life, step, holders, former, map);
    }

    private static void disks(Encoder out, List<DiskId> disks) {
        out.varint(disks.size());
        disks.forEach(disk -> FleetFields.disk(out, disk));
    }
}

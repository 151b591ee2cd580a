package io.flywheel.namespace.record;

import io.flywheel.base.DiskId;
import io.flywheel.namespace.fleet.FleetMap;
import java.util.List;

/// The fleet map as one of the disks that hold it has it. Of two copies the newer is that of the later term,
/// then of the later version.
///
/// ```
/// version u8 = 1 | term varint | count, holders: fixed64 fixed64 | count, former holders | length varint, map
/// | CRC32C of all before, fixed32
/// ```
///
/// @param term counts who wrote: each start, and each change of the holders, begins another
/// @param holders the disks of which a majority has the map
/// @param former the holders before, where they are just changing: then a majority of these counts too; else
///     the same
public record StoredFleetCopy(long term, List<DiskId> holders, List<DiskId> former, FleetMap map) {
    private static final int FORMAT = 1;

    public byte[] encode() {
        byte[] stored = StoredFleetMap.encode(map);
        Encoder out = new Encoder(stored.length + 128).u8(FORMAT).varint(term);
        disks(out, holders);
        disks(out, former);
        out.varint(stored.length).raw(stored);
        return Crc.sealed(out);
    }

    public static StoredFleetCopy decode(byte[] bytes) throws MalformedRecord {
        Decoder in = Crc.verified(bytes).version(FORMAT);
        long term = in.size();
        List<DiskId> holders = in.list(FleetFields::disk);
        List<DiskId> former = in.list(FleetFields::disk);
        FleetMap map = StoredFleetMap.decode(in.raw(in.count(in.remaining())));
        in.end();
        if (holders.isEmpty() || former.isEmpty()) {
            throw new MalformedRecord("a map that no disk holds");
        }
        return new StoredFleetCopy(term, holders, former, map);
    }

    private static void disks(Encoder out, List<DiskId> disks) {
        out.varint(disks.size());
        disks.forEach(disk -> FleetFields.disk(out, disk));
    }
}

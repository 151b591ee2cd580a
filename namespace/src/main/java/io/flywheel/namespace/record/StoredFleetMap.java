package io.flywheel.namespace.record;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import io.flywheel.base.Slot;
import io.flywheel.namespace.fleet.FleetDisk;
import io.flywheel.namespace.fleet.FleetMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/// The whole fleet map.
///
/// ```
/// version u8 = 2 | fleet fixed64 fixed64 | version of the map varint | feature level varint
/// | count, disks by rising name: name fixed64 fixed64, zone, rack, node text, capacity varint, weight varint,
///   role u8, present flag
/// | count, copysets by id: epoch varint, parity u8, level u8, count u8, slots
/// | last lease varint | count, open leases: holder text, number varint
/// | count, schemes: storage class text, identity fixed32
/// | count, holders of the namespace's log by rising name: numbers of disks of those above, varints
/// | count, answers: request fixed64 fixed64, outcome
/// | CRC32C of all before, fixed32
///
/// slot: 2d, held by disk d of those above, varint; or 2d + 1 and e, moving from disk d to disk e, varints
/// ```
/// Version 1 had no holders of the namespace's log.
public final class StoredFleetMap {
    private static final int FORMAT = 2;
    private static final int FORMAT_WITHOUT_HOLDERS = 1;
    private static final FleetDisk.Role[] ROLES = FleetDisk.Role.values();

    private StoredFleetMap() {}

    public static byte[] encode(FleetMap map) {
        Encoder out =
                new Encoder(64 + 64 * map.disks().size() + 32 * map.copysets().size()).u8(FORMAT);
        out.fixed64(map.fleet().getMostSignificantBits()).fixed64(map.fleet().getLeastSignificantBits());
        out.varint(map.version()).varint(map.featureLevel());
        Map<DiskId, Integer> numbers = new HashMap<>();
        out.varint(map.disks().size());
        map.disks().values().forEach(disk -> {
            numbers.put(disk.id(), numbers.size());
            disk(out, disk);
        });
        out.varint(map.copysets().size());
        map.copysets().forEach(copyset -> copyset(out, copyset, numbers));
        out.varint(map.lastLease()).varint(map.leases().size());
        map.leases().forEach((holder, lease) -> out.text(holder).varint(lease));
        out.varint(map.schemes().size());
        map.schemes().forEach((name, scheme) -> out.text(name).fixed32(scheme));
        out.varint(map.namespaceHolders().size());
        map.namespaceHolders().forEach(holder -> out.varint(number(numbers, holder)));
        out.varint(map.answers().size());
        map.answers().forEach(answer -> {
            out.fixed64(answer.requestHigh()).fixed64(answer.requestLow());
            FleetFields.outcome(out, answer.outcome());
        });
        return Crc.sealed(out);
    }

    public static FleetMap decode(byte[] bytes) throws MalformedRecord {
        Decoder in = Crc.verified(bytes);
        int format = in.u8();
        if (format != FORMAT && format != FORMAT_WITHOUT_HOLDERS) {
            throw new MalformedRecord("version " + format + " where " + FORMAT + " is known");
        }
        UUID fleet = new UUID(in.fixed64(), in.fixed64());
        long version = in.size();
        int featureLevel = in.count(Integer.MAX_VALUE);
        List<FleetDisk> listed = in.list(StoredFleetMap::disk);
        SortedMap<DiskId, FleetDisk> disks = new TreeMap<>();
        for (FleetDisk disk : listed) {
            if (!disks.isEmpty() && disks.lastKey().compareTo(disk.id()) >= 0) {
                throw new MalformedRecord("disks out of order");
            }
            disks.put(disk.id(), disk);
        }
        int count = in.count(in.remaining());
        List<Copyset> copysets = new ArrayList<>(Math.min(count, 1024));
        for (int id = 0; id < count; id++) {
            copysets.add(copyset(in, id, listed));
        }
        long lastLease = in.size();
        SortedMap<String, Long> leases = new TreeMap<>();
        for (int left = in.count(in.remaining()); left > 0; left--) {
            leases.put(in.text(), in.size());
        }
        SortedMap<String, Integer> schemes = new TreeMap<>();
        for (int left = in.count(in.remaining()); left > 0; left--) {
            schemes.put(in.text(), in.fixed32());
        }
        List<DiskId> holders = format == FORMAT ? holders(in, listed) : List.of();
        List<FleetMap.Answer> answers =
                in.list(field -> new FleetMap.Answer(field.fixed64(), field.fixed64(), FleetFields.outcome(field)));
        in.end();
        return new FleetMap(
                fleet, version, featureLevel, disks, copysets, leases, lastLease, schemes, holders, answers);
    }

    private static List<DiskId> holders(Decoder in, List<FleetDisk> disks) throws MalformedRecord {
        List<DiskId> holders = new ArrayList<>();
        for (int left = in.count(in.remaining()); left > 0; left--) {
            DiskId holder = disk(in.size(), disks);
            if (!holders.isEmpty() && holders.getLast().compareTo(holder) >= 0) {
                throw new MalformedRecord("holders out of order");
            }
            holders.add(holder);
        }
        return holders;
    }

    private static void disk(Encoder out, FleetDisk disk) {
        FleetFields.disk(out, disk.id());
        FleetFields.domains(out, disk.domains());
        out.varint(disk.capacityBytes())
                .varint(disk.weight())
                .constant(disk.role())
                .flag(disk.present());
    }

    private static FleetDisk disk(Decoder in) throws MalformedRecord {
        DiskId id = FleetFields.disk(in);
        Domains domains = FleetFields.domains(in);
        long capacityBytes = in.size();
        long weight = in.size();
        if (capacityBytes == 0 || capacityBytes > FleetDisk.BYTES_MAX || weight > FleetDisk.BYTES_MAX) {
            throw new MalformedRecord("a disk of " + capacityBytes + " bytes and the weight " + weight);
        }
        return new FleetDisk(id, domains, capacityBytes, weight, in.constant(ROLES), in.flag());
    }

    private static void copyset(Encoder out, Copyset copyset, Map<DiskId, Integer> numbers) {
        out.varint(copyset.epoch())
                .u8(copyset.parity())
                .constant(copyset.level())
                .u8(copyset.width());
        for (Slot slot : copyset.slots()) {
            switch (slot) {
                case Slot.Held(DiskId disk) -> out.varint(2L * number(numbers, disk));
                case Slot.Moving(DiskId from, DiskId to) ->
                    out.varint(2L * number(numbers, from) + 1).varint(number(numbers, to));
            }
        }
    }

    private static int number(Map<DiskId, Integer> numbers, DiskId disk) {
        Integer number = numbers.get(disk);
        if (number == null) {
            throw new IllegalArgumentException("a disk that the map does not have");
        }
        return number;
    }

    private static Copyset copyset(Decoder in, int id, List<FleetDisk> disks) throws MalformedRecord {
        int epoch = in.count(Integer.MAX_VALUE);
        int parity = in.u8();
        Level level = FleetFields.level(in);
        int width = in.u8();
        if (epoch < 1
                || width < 1
                || width > Copyset.WIDTH_MAX
                || parity >= width
                || (parity == 0 && level != Level.DISK)) {
            throw new MalformedRecord("a copyset that cannot be");
        }
        List<Slot> slots = new ArrayList<>(width);
        for (int i = 0; i < width; i++) {
            long first = in.size();
            DiskId disk = disk(first >>> 1, disks);
            if ((first & 1) == 0) {
                slots.add(new Slot.Held(disk));
            } else {
                DiskId to = disk(in.size(), disks);
                if (to.equals(disk)) {
                    throw new MalformedRecord("a slot that moves to where it is");
                }
                slots.add(new Slot.Moving(disk, to));
            }
        }
        return new Copyset(id, epoch, parity, level, slots);
    }

    private static DiskId disk(long number, List<FleetDisk> disks) throws MalformedRecord {
        if (number >= disks.size()) {
            throw new MalformedRecord("a number of a disk that is not there");
        }
        return disks.get((int) number).id();
    }
}

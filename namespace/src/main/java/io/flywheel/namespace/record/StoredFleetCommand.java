package io.flywheel.namespace.record;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import io.flywheel.namespace.Command.Stamp;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetCommand.AbortMove;
import io.flywheel.namespace.fleet.FleetCommand.AddCopysets;
import io.flywheel.namespace.fleet.FleetCommand.AddCopysets.NewCopyset;
import io.flywheel.namespace.fleet.FleetCommand.AddDisk;
import io.flywheel.namespace.fleet.FleetCommand.BeginMove;
import io.flywheel.namespace.fleet.FleetCommand.CloseLeases;
import io.flywheel.namespace.fleet.FleetCommand.Drain;
import io.flywheel.namespace.fleet.FleetCommand.FinishMove;
import io.flywheel.namespace.fleet.FleetCommand.MarkAbsent;
import io.flywheel.namespace.fleet.FleetCommand.MarkPresent;
import io.flywheel.namespace.fleet.FleetCommand.OpenLease;
import io.flywheel.namespace.fleet.FleetCommand.RemoveDisk;
import io.flywheel.namespace.fleet.FleetCommand.SetFeatureLevel;
import io.flywheel.namespace.fleet.FleetCommand.SetNamespaceHolders;
import io.flywheel.namespace.fleet.FleetCommand.SetScheme;
import io.flywheel.namespace.fleet.FleetCommand.SetWeight;
import java.util.List;

/// A change of the fleet map, as a log holds it.
///
/// ```
/// version u8 = 1 | kind u8 | request fixed64 fixed64 | time signed | account | the fields of the kind, in the order
/// of the record | CRC32C of all before, fixed32
///
/// disk: fixed64 fixed64      domains: zone, rack and node text
/// new copyset: parity u8, level u8, count and disks
/// ```
public final class StoredFleetCommand {
    private static final int FORMAT = 1;

    private StoredFleetCommand() {}

    public static byte[] encode(FleetCommand command) {
        Encoder out = new Encoder(96).u8(FORMAT);
        switch (command) {
            case AddDisk c -> {
                FleetFields.domains(disk(head(out, 0, c), c.disk()), c.domains());
                out.varint(c.capacityBytes()).varint(c.weight());
            }
            case SetWeight c -> disk(head(out, 1, c), c.disk()).varint(c.weight());
            case MarkAbsent c -> disk(head(out, 2, c), c.disk());
            case MarkPresent c -> disk(head(out, 3, c), c.disk());
            case Drain c -> disk(head(out, 4, c), c.disk()).flag(c.draining());
            case RemoveDisk c -> disk(head(out, 5, c), c.disk());
            case AddCopysets c -> {
                head(out, 6, c).varint(c.first()).varint(c.copysets().size());
                c.copysets().forEach(copyset -> copyset(out, copyset));
            }
            case BeginMove c -> disk(slot(head(out, 7, c), c.copyset(), c.epoch(), c.slot()), c.to());
            case FinishMove c -> slot(head(out, 8, c), c.copyset(), c.epoch(), c.slot());
            case AbortMove c -> slot(head(out, 9, c), c.copyset(), c.epoch(), c.slot());
            case OpenLease c -> head(out, 10, c).text(c.holder()).varint(c.above());
            case CloseLeases c -> {
                head(out, 11, c).varint(c.leases().size());
                c.leases().forEach(out::varint);
            }
            case SetFeatureLevel c -> head(out, 12, c).varint(c.level());
            case SetScheme c -> head(out, 13, c).text(c.storageClass()).fixed32(c.scheme());
            case SetNamespaceHolders c -> {
                head(out, 14, c).varint(c.holders().size());
                c.holders().forEach(holder -> FleetFields.disk(out, holder));
            }
        }
        return Crc.sealed(out);
    }

    public static FleetCommand decode(byte[] bytes) throws MalformedRecord {
        Decoder in = Crc.verified(bytes).version(FORMAT);
        int kind = in.u8();
        Stamp stamp = new Stamp(in.fixed64(), in.fixed64(), in.signed(), in.account());
        FleetCommand command = switch (kind) {
            case 0 -> {
                DiskId disk = FleetFields.disk(in);
                Domains domains = FleetFields.domains(in);
                yield new AddDisk(stamp, disk, domains, in.size(), in.size());
            }
            case 1 -> new SetWeight(stamp, FleetFields.disk(in), in.size());
            case 2 -> new MarkAbsent(stamp, FleetFields.disk(in));
            case 3 -> new MarkPresent(stamp, FleetFields.disk(in));
            case 4 -> new Drain(stamp, FleetFields.disk(in), in.flag());
            case 5 -> new RemoveDisk(stamp, FleetFields.disk(in));
            case 6 -> new AddCopysets(stamp, in.count(Integer.MAX_VALUE), in.list(StoredFleetCommand::copyset));
            case 7 -> new BeginMove(stamp, number(in), number(in), number(in), FleetFields.disk(in));
            case 8 -> new FinishMove(stamp, number(in), number(in), number(in));
            case 9 -> new AbortMove(stamp, number(in), number(in), number(in));
            case 10 -> new OpenLease(stamp, in.text(), in.size());
            case 11 -> new CloseLeases(stamp, in.list(Decoder::size));
            case 12 -> new SetFeatureLevel(stamp, number(in));
            case 13 -> new SetScheme(stamp, in.text(), in.fixed32());
            case 14 -> new SetNamespaceHolders(stamp, in.list(FleetFields::disk));
            default -> throw new MalformedRecord("an unknown kind of fleet command");
        };
        in.end();
        return command;
    }

    private static Encoder head(Encoder out, int kind, FleetCommand command) {
        Stamp stamp = command.stamp();
        return out.u8(kind)
                .fixed64(stamp.requestHigh())
                .fixed64(stamp.requestLow())
                .signed(stamp.unixMillis())
                .account(stamp.account());
    }

    private static Encoder disk(Encoder out, DiskId disk) {
        FleetFields.disk(out, disk);
        return out;
    }

    private static Encoder slot(Encoder out, int copyset, int epoch, int slot) {
        return out.varint(copyset).varint(epoch).varint(slot);
    }

    private static int number(Decoder in) throws MalformedRecord {
        return in.count(Integer.MAX_VALUE);
    }

    private static void copyset(Encoder out, NewCopyset copyset) {
        out.u8(copyset.parity())
                .constant(copyset.level())
                .varint(copyset.disks().size());
        copyset.disks().forEach(disk -> FleetFields.disk(out, disk));
    }

    private static NewCopyset copyset(Decoder in) throws MalformedRecord {
        int parity = in.u8();
        Level level = FleetFields.level(in);
        List<DiskId> disks = in.list(FleetFields::disk);
        if (disks.size() > Copyset.WIDTH_MAX) {
            throw new MalformedRecord("a copyset of " + disks.size() + " disks");
        }
        return new NewCopyset(parity, level, disks);
    }
}

package io.flywheel.namespace.record;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import io.flywheel.namespace.fleet.FleetOutcome;
import java.util.UUID;

/// The groups of fields that the formats of the fleet map share.
final class FleetFields {
    private static final Level[] LEVELS = Level.values();

    private FleetFields() {}

    /// fixed64 fixed64
    static void disk(Encoder out, DiskId disk) {
        out.fixed64(disk.high()).fixed64(disk.low());
    }

    static DiskId disk(Decoder in) throws MalformedRecord {
        return new DiskId(new UUID(in.fixed64(), in.fixed64()));
    }

    /// zone, rack and node text
    static void domains(Encoder out, Domains domains) {
        out.text(domains.zone()).text(domains.rack()).text(domains.node());
    }

    static Domains domains(Decoder in) throws MalformedRecord {
        String zone = in.text();
        String rack = in.text();
        String node = in.text();
        if (!Domains.valid(zone) || !Domains.valid(rack) || !Domains.valid(node)) {
            throw new MalformedRecord("a name that no domain may have");
        }
        return new Domains(zone, rack, node);
    }

    static Level level(Decoder in) throws MalformedRecord {
        return in.constant(LEVELS);
    }

    /// kind u8; 0 done; 1 slot changed: epoch varint; 2 lease opened: varint
    static void outcome(Encoder out, FleetOutcome outcome) {
        switch (outcome) {
            case FleetOutcome.Done() -> out.u8(0);
            case FleetOutcome.SlotChanged(int epoch) -> out.u8(1).varint(epoch);
            case FleetOutcome.LeaseOpened(long lease) -> out.u8(2).varint(lease);
            case FleetOutcome.Refused _ -> throw new IllegalArgumentException("refusals are not remembered");
        }
    }

    static FleetOutcome outcome(Decoder in) throws MalformedRecord {
        return switch (in.u8()) {
            case 0 -> new FleetOutcome.Done();
            case 1 -> new FleetOutcome.SlotChanged(in.count(Integer.MAX_VALUE));
            case 2 -> new FleetOutcome.LeaseOpened(in.size());
            default -> throw new MalformedRecord("an unknown kind of outcome");
        };
    }
}

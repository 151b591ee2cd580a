package io.flywheel.namespace.fleet;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import io.flywheel.base.Random;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.Command.Stamp;
import io.flywheel.namespace.fleet.FleetCommand.AddCopysets.NewCopyset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Random histories of a fleet: mostly commands that make sense, some that come too late, twice, or name what
/// is not there.
final class FleetHistories {
    private static final AccountId OPERATOR = new AccountId("0".repeat(64));
    private static final int DISKS = 24;
    private static final Level[] LEVELS = Level.values();

    private final Random random;
    private final List<FleetCommand> past = new ArrayList<>();

    FleetHistories(Random random) {
        this.random = random;
    }

    FleetCommand next(FleetMap map) {
        if (!past.isEmpty() && random.nextInt(20) == 0) {
            return past.get(past.size() - 1 - random.nextInt(Math.min(50, past.size())));
        }
        FleetCommand command = fresh(map);
        past.add(command);
        return command;
    }

    private FleetCommand fresh(FleetMap map) {
        return switch (random.nextInt(23)) {
            case 0, 1, 2 -> {
                int disk = random.nextInt(DISKS);
                yield new FleetCommand.AddDisk(
                        stamp(),
                        disk(disk),
                        new Domains("z" + disk % 2, "r" + disk % 4, "n" + disk % 12),
                        random.nextInt(50) == 0 ? 0 : 1L << 40,
                        random.nextInt(100));
            }
            case 3 -> new FleetCommand.SetWeight(stamp(), anyDisk(), random.nextInt(100));
            case 4 -> new FleetCommand.MarkAbsent(stamp(), anyDisk());
            case 5, 6 -> new FleetCommand.MarkPresent(stamp(), anyDisk());
            case 7 -> new FleetCommand.Drain(stamp(), anyDisk(), true);
            case 8 -> new FleetCommand.Drain(stamp(), anyDisk(), false);
            case 9 -> new FleetCommand.RemoveDisk(stamp(), anyDisk());
            case 10, 11 -> addCopysets(map);
            case 12, 13, 14, 15 -> {
                Copyset at = anyCopyset(map);
                yield new FleetCommand.BeginMove(stamp(), at.id(), epoch(at), anySlot(at), anyDisk());
            }
            case 16, 17 -> {
                Copyset at = anyCopyset(map);
                yield new FleetCommand.FinishMove(stamp(), at.id(), epoch(at), anySlot(at));
            }
            case 18 -> {
                Copyset at = anyCopyset(map);
                yield new FleetCommand.AbortMove(stamp(), at.id(), epoch(at), anySlot(at));
            }
            case 19 -> new FleetCommand.OpenLease(stamp(), "holder" + random.nextInt(4), random.nextInt(30));
            case 20 ->
                new FleetCommand.CloseLeases(stamp(), List.of((long) random.nextInt(40), (long) random.nextInt(10)));
            case 21 -> {
                List<DiskId> holders = new ArrayList<>();
                for (int count = random.nextInt(4); count > 0; count--) {
                    holders.add(anyDisk());
                }
                yield new FleetCommand.SetNamespaceHolders(stamp(), holders);
            }
            default ->
                random.nextInt(2) == 0
                        ? new FleetCommand.SetFeatureLevel(stamp(), random.nextInt(5))
                        : new FleetCommand.SetScheme(stamp(), "CLASS" + random.nextInt(3), random.nextInt(3));
        };
    }

    private FleetCommand addCopysets(FleetMap map) {
        List<NewCopyset> copysets = new ArrayList<>();
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            List<DiskId> disks = new ArrayList<>();
            for (int width = random.nextInt(6); width > 0; width--) {
                disks.add(anyDisk());
            }
            copysets.add(new NewCopyset(random.nextInt(3), LEVELS[random.nextInt(LEVELS.length)], disks));
        }
        int first = random.nextInt(10) == 0 ? random.nextInt(5) : map.copysets().size();
        return new FleetCommand.AddCopysets(stamp(), first, copysets);
    }

    private Copyset anyCopyset(FleetMap map) {
        return map.copysets().isEmpty() || random.nextInt(30) == 0
                ? Copyset.of(random.nextInt(100), 0, Level.DISK, List.of(disk(0)))
                : map.copysets().get(random.nextInt(map.copysets().size()));
    }

    private int epoch(Copyset copyset) {
        return random.nextInt(10) == 0 ? 1 + random.nextInt(3) : copyset.epoch();
    }

    private int anySlot(Copyset copyset) {
        return random.nextInt(30) == 0 ? 31 : random.nextInt(copyset.width());
    }

    private DiskId anyDisk() {
        return disk(random.nextInt(DISKS));
    }

    private static DiskId disk(int number) {
        return new DiskId(new UUID(number * 0x9E3779B97F4A7C15L, number));
    }

    private Stamp stamp() {
        return new Stamp(random.nextLong() | 1, random.nextLong(), random.nextInt(1 << 30), OPERATOR);
    }
}

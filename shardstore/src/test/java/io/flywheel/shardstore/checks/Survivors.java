package io.flywheel.shardstore.checks;

import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedDisk;

/// Which unflushed sectors a crash leaves on the disk. The kinds go from the simplest on.
record Survivors(Kind kind, int seed) {
    enum Kind {
        NONE,
        ALL,
        /// All writes but the last few; of the first that is lost, some sectors.
        UP_TO_A_WRITE,
        /// Each extent keeps all or nothing.
        EXTENTS,
        /// Each sector survives or not.
        SECTORS
    }

    static final Survivors NONE = new Survivors(Kind.NONE, 0);
    static final Survivors ALL = new Survivors(Kind.ALL, 0);

    SimulatedDisk.Survival survival() {
        var random = new SeededRandom(seed);
        int share = random.nextInt(8) + 1;
        return switch (kind) {
            case NONE -> (extent, sector, after) -> false;
            case ALL -> (extent, sector, after) -> true;
            case UP_TO_A_WRITE -> {
                int lost = random.nextInt(3);
                yield (extent, sector, after) -> after > lost || (after == lost && random.nextInt(8) < share);
            }
            case EXTENTS -> (extent, sector, after) -> (seed >> extent % 31 & 1) == 1;
            case SECTORS -> (extent, sector, after) -> random.nextInt(9) < share;
        };
    }
}

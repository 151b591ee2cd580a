package io.flywheel.base;

import static io.flywheel.base.Check.check;

/// A place in a copyset: which disk has the shards of its number.
public sealed interface Slot {
    /// The disk has them.
    record Held(DiskId disk) implements Slot {}

    /// They are on the way: new ones are written to {@code to}; what was written before is there or still at
    /// {@code from}, so readers ask {@code to}, then {@code from}.
    record Moving(DiskId from, DiskId to) implements Slot {
        public Moving {
            check(!from.equals(to), "a slot moves to another disk");
        }
    }

    /// Where new shards are written, and where reads begin.
    default DiskId target() {
        return switch (this) {
            case Held(DiskId disk) -> disk;
            case Moving(DiskId _, DiskId to) -> to;
        };
    }

    /// Whether the disk may have shards of this slot.
    default boolean names(DiskId disk) {
        return switch (this) {
            case Held(DiskId held) -> held.equals(disk);
            case Moving(DiskId from, DiskId to) -> from.equals(disk) || to.equals(disk);
        };
    }
}

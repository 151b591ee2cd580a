package io.flywheel.shardstore;

import org.jspecify.annotations.Nullable;

/// Bugs that the checks must find, for those that no decorator can plant; `docs/shardstore-checks.md` has the
/// list. Outside of tests all are off, and to ask costs nothing: the JIT sees a constant.
enum Planted {
    /// Reclamation takes a frame that ends where a sector ends for the last one.
    SKIPS_A_FRAME_AT_A_SECTOR,
    /// Reclamation takes what cannot be read for garbage.
    TAKES_UNREADABLE_FOR_GARBAGE,
    /// Reclamation moves a value that was deleted meanwhile.
    MOVES_WHAT_WENT,
    /// A shutdown writes no table of the last changes.
    SHUTS_DOWN_WITHOUT_METADATA,
    /// After a start the extents that hold the checkpoint count as free.
    FORGETS_OWNERSHIP,
    /// A compaction runs beside a checkpoint.
    COMPACTS_BESIDE_CHECKPOINTS,
    /// A compaction drops removals that deeper levels still need.
    DROPS_REMOVALS,
    /// A value can be read before its frame is on the disk.
    READS_TOO_EARLY,
    /// A look-up that is held does not notice that its extent was reset and written again.
    READS_STALE_LOOKUPS,
    /// Reclamation resets an extent that the next start would replay.
    RESETS_UNCOVERED,
    /// After a crash, log behind a hole counts although nothing proves that the hole was persistent.
    RECOVERS_BEHIND_HOLES,
    /// A checkpoint takes the extent that the next start needs.
    TAKES_THE_LAST_EXTENT;

    private static final boolean ALLOWED = Boolean.getBoolean("flywheel.planted");

    private static volatile @Nullable Planted active;

    boolean isOn() {
        return ALLOWED && active == this;
    }

    /// For tests: switches one on, and the others off.
    static void plant(@Nullable Planted bug) {
        if (!ALLOWED) {
            throw new IllegalStateException("bugs are planted with -Dflywheel.planted=true only");
        }
        active = bug;
    }
}

package io.flywheel.namespace.fleet;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import io.flywheel.namespace.Command.Stamp;
import java.util.List;

/// A change of the fleet map. It carries everything that deciding it needs: {@code apply} reads no clock and
/// draws no randomness.
public sealed interface FleetCommand {
    Stamp stamp();

    /// Refused for a name that was ever known: a disk that was removed comes back under a new one, empty.
    record AddDisk(Stamp stamp, DiskId disk, Domains domains, long capacityBytes, long weight)
            implements FleetCommand {}

    record SetWeight(Stamp stamp, DiskId disk, long weight) implements FleetCommand {}

    /// The disk does not answer. It keeps its slots until they are moved.
    record MarkAbsent(Stamp stamp, DiskId disk) implements FleetCommand {}

    /// The disk is back, with the identity and the contents it had.
    record MarkPresent(Stamp stamp, DiskId disk) implements FleetCommand {}

    /// Its slots are to go elsewhere; with {@code draining} false, it is used again.
    record Drain(Stamp stamp, DiskId disk, boolean draining) implements FleetCommand {}

    /// Gives the disk up for ever. Refused while any slot names it.
    record RemoveDisk(Stamp stamp, DiskId disk) implements FleetCommand {}

    /// All or none.
    ///
    /// @param first the id of the first, which is the number of copysets there are: so that a plan made for
    ///     another state is refused
    record AddCopysets(Stamp stamp, int first, List<NewCopyset> copysets) implements FleetCommand {
        /// @param parity slots that may be lost
        /// @param level no domain of it may have more than {@code parity} of the disks
        public record NewCopyset(int parity, Level level, List<DiskId> disks) {}
    }

    /// The slot begins to move: its copyset's epoch rises, new shards go to {@code to}. A slot that is moving
    /// already is sent elsewhere only when the disk it was moving to does not take slots any more; what that
    /// disk was given meanwhile is then rebuilt from the other slots.
    ///
    /// @param epoch of the copyset, as who decided this knew it
    record BeginMove(Stamp stamp, int copyset, int epoch, int slot, DiskId to) implements FleetCommand {}

    /// Everything has arrived: {@code to} holds the slot.
    record FinishMove(Stamp stamp, int copyset, int epoch, int slot) implements FleetCommand {}

    /// Turns a move round, as new shards were written to {@code to} since it began: the slot is now moving
    /// back.
    record AbortMove(Stamp stamp, int copyset, int epoch, int slot) implements FleetCommand {}

    /// Opens a new write lease and closes the holder's earlier one.
    ///
    /// A write lease is the right to create blocks, and its number is part of their ids: so the numbers of a
    /// fleet must come from one place. Today that is {@link io.flywheel.namespace.Command.OpenLease}, decided
    /// by the namespace, which refuses commits under a closed lease in the same step. Once the keys of a fleet
    /// are divided among several state machines, its leases are opened here, with {@code above} the last number
    /// that the namespace gave; each partition is told which are closed, and a fence holds when all of them
    /// know.
    ///
    /// @param above the new number is larger than this and than all before it
    record OpenLease(Stamp stamp, String holder, long above) implements FleetCommand {}

    /// Closes the leases that are still open: their holders are gone, or fenced because slots move.
    record CloseLeases(Stamp stamp, List<Long> leases) implements FleetCommand {}

    /// Allows formats that older releases do not read. It never falls.
    record SetFeatureLevel(Stamp stamp, int level) implements FleetCommand {}

    /// @param scheme the four bytes of the scheme's identity, as {@code erasure} writes them, the first
    ///     highest; 0 forgets what was set
    record SetScheme(Stamp stamp, String storageClass, int scheme) implements FleetCommand {}

    /// Which disks hold the log of the namespace from now on. Who sends this has seen to it that a majority of
    /// them has all that was acknowledged. A disk that holds the log is not removed.
    record SetNamespaceHolders(Stamp stamp, List<DiskId> holders) implements FleetCommand {}
}

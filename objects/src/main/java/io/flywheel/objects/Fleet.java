package io.flywheel.objects;

import io.flywheel.base.ShardId;
import io.flywheel.erasure.Scheme;
import java.util.List;
import java.util.Optional;

/// The disks, as those who read and write objects see them. Thread-safe; no call waits.
public interface Fleet {
    /// Where a new block goes.
    sealed interface Place {
        /// @param scheme with fewer data shards than were wanted when too few disks are healthy
        /// @param copyset whose slots hold the shards, see {@link Copyset#slotOf}
        record On(Scheme scheme, Copyset copyset) implements Place {}

        /// No disks have the room.
        record Full() implements Place {}

        /// Too few disks are healthy for as many lost shards as the scheme allows.
        record Refused(String why) implements Place {}
    }

    /// An ordered set of disks that hold all shards of a block.
    ///
    /// @param slots of each place the disks to ask, the first first: more than one while a shard moves. None
    /// while its disk is absent
    record Copyset(int id, List<List<FleetDisk>> slots) {
        public Copyset {
            slots = slots.stream().map(List::copyOf).toList();
        }

        /// The slot of a block's shard. Blocks begin at different slots, so that the disks of a copyset take
        /// turns in holding data, which is read more than parity, and so that what has fewer shards than there
        /// are slots is spread over all of them.
        int slotOf(long counter, int shard) {
            return (int) ((counter + shard) % slots.size());
        }

        /// The disks of a block's shard.
        List<FleetDisk> disksOf(long counter, int shard) {
            return slots.get(slotOf(counter, shard));
        }
    }

    /// Chooses disks for a block of this scheme.
    ///
    /// @param avoided disks that a write was just lost on
    Place place(Scheme wanted, List<FleetDisk> avoided);

    /// The slots as they are now; empty for a copyset that this fleet never had.
    Optional<Copyset> copyset(int id);

    /// All disks that can be asked now.
    List<FleetDisk> disks();

    /// The scheme that objects of a storage class get.
    Scheme schemeOf(String storageClass);

    /// The scheme of an object that is too small to be cut: copies that survive as many losses.
    default Scheme schemeOfSmall(String storageClass) {
        return new Scheme.Copies(schemeOf(storageClass).parityShards() + 1);
    }

    /// Somebody found out that a shard is missing or wrong: for repair.
    void report(ShardId shard, FleetDisk disk, String what);
}

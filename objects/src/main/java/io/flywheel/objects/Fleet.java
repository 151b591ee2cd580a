package io.flywheel.objects;

import io.flywheel.base.ShardId;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.BlockRef;
import java.util.List;
import java.util.Optional;

/// The disks, as those who read and write objects see them. Thread-safe; no call waits.
public interface Fleet {
    /// Where a new block goes.
    sealed interface Place {
        /// @param scheme with fewer data shards than were wanted when too few disks are healthy
        /// @param epoch of the copyset when it was chosen: the disks take no writes of an older one
        /// @param slots as {@link BlockRef#slots}
        /// @param disks of each shard, in order
        record On(Scheme scheme, int copyset, long epoch, int slots, List<FleetDisk> disks) implements Place {
            public On {
                disks = List.copyOf(disks);
            }
        }

        /// No disks have the room.
        record Full(String why) implements Place {}

        /// Too few disks are healthy for as many lost shards as the scheme allows.
        record Refused(String why) implements Place {}
    }

    /// Chooses disks for a block.
    ///
    /// @param blockBytes that it will have at most
    /// @param avoided disks that a write was just lost on
    Place place(Scheme wanted, long blockBytes, List<FleetDisk> avoided);

    /// Chooses disks for an object that is too small to be cut: copies that survive as many losses as the
    /// scheme does.
    Place placeCopies(Scheme wanted, long objectBytes, List<FleetDisk> avoided);

    /// Whether the copyset is still as it was in that epoch: a disk that refuses writes of an older one is well.
    boolean isAt(int copyset, long epoch);

    /// For each slot of a copyset the disks to ask, the first first: more than one while the slot moves, none
    /// while its disk is absent. Empty for a copyset that this fleet never had.
    Optional<List<List<FleetDisk>>> slots(int copyset);

    /// In which order the shards of a block are to be read.
    ///
    /// @param slots for each shard its slot
    List<Integer> readOrder(int copyset, Scheme scheme, List<Integer> slots);

    /// All disks that can be asked now.
    List<FleetDisk> disks();

    /// The scheme that objects of a storage class get.
    Scheme schemeOf(String storageClass);

    /// Somebody found out that a shard is missing or wrong: for repair.
    void report(ShardId shard, FleetDisk disk, String what);
}

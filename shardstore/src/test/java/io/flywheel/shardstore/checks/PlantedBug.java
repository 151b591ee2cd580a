package io.flywheel.shardstore.checks;

import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import io.flywheel.shardstore.Dependency;
import io.flywheel.shardstore.Plants;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.shardstore.checks.Generator.Profile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Bugs that the checks must find, at least one for each of the sixteen issues of the ShardStore paper (SOSP'21,
/// Figure 5), whose numbers they carry. Most are planted around the engine, or around its model.
enum PlantedBug {
    SKIPS_A_FRAME_AT_A_SECTOR(1, "reclamation overlooks a frame that ends at a sector's end", Profile.EQUIVALENCE),
    CACHE_IS_NOT_DRAINED(2, "a cache of reads is not drained when an extent is reset", Profile.EQUIVALENCE),
    SHUTS_DOWN_WITHOUT_METADATA(3, "a shutdown does not write the last changes of the index", Profile.EQUIVALENCE),
    TAKES_UNREADABLE_FOR_GARBAGE(4, "reclamation takes what a read error hides for garbage", Profile.FAULTS),
    MODEL_UNDOES_DELETES(5, "the model undoes a delete when space is reclaimed", Profile.EQUIVALENCE),
    RESET_IS_FORGOTTEN(6, "after a reset the disk's write pointer is not the engine's", Profile.CRASHES),
    FORGETS_OWNERSHIP(7, "after a start the checkpoint's extents count as free", Profile.CRASHES),
    FLUSH_IS_SKIPPED(8, "a write is acknowledged without the flush that it depends on", Profile.CRASHES),
    MODEL_LOSES_A_FLUSH(9, "the model's crash forgets what was flushed last", Profile.CRASHES),
    INCARNATIONS_COLLIDE(10, "after a crash an extent gets an incarnation that it had before", Profile.CRASHES),
    READS_TOO_EARLY(11, "a value is read before its frame is on the disk", Profile.INTERLEAVINGS),
    FLUSH_IS_SHARED(11, "a flush that meets another one takes that for its own", Profile.INTERLEAVED_CRASHES),
    BUFFERS_ARE_EXHAUSTED(12, "writes wait for a second buffer while they hold one", Profile.INTERLEAVINGS),
    LISTING_IN_TWO_STEPS(13, "a listing counts on what it saw before a removal", Profile.INTERLEAVINGS),
    COMPACTS_BESIDE_CHECKPOINTS(14, "compaction loses the entries of a checkpoint beside it", Profile.INTERLEAVINGS),
    MOVES_WHAT_WENT(14, "reclamation moves a value that was deleted meanwhile", Profile.INTERLEAVINGS),
    MODEL_REUSES_DEPENDENCIES(15, "the model hands out a dependency that an earlier write had", Profile.CRASHES),
    LIST_IS_WRITTEN_BACK(16, "creation and removal read a list of shards and write it back", Profile.INTERLEAVINGS),
    DROPS_REMOVALS(0, "a compaction drops removals that deeper levels need", Profile.EQUIVALENCE),
    DEPENDENCY_IS_IGNORED(0, "a write does not wait for what it depends on", Profile.CRASHES),
    DEPENDENCY_COMES_LATE(0, "a write waits for what it depends on after its frame is in the log", Profile.CRASHES),
    BULK_IS_ACKNOWLEDGED_EARLY(0, "several puts are acknowledged when the first is persistent", Profile.CRASHES),
    BULK_IS_CUT_SHORT(0, "several deletes leave out the last", Profile.EQUIVALENCE),
    RECOVERS_BEHIND_HOLES(0, "a later write survives without the one it depends on", Profile.CRASHES),
    READS_STALE_LOOKUPS(0, "a held look-up reads an extent that was reset and written again", Profile.EQUIVALENCE),
    RESETS_UNCOVERED(0, "reclamation resets an extent that the last checkpoint does not cover", Profile.CRASHES),
    TAKES_THE_LAST_EXTENT(0, "on a full disk a checkpoint takes the extent of the next start", Profile.FULL_DISKS);

    private final int issue;
    private final String description;
    private final Profile profile;

    PlantedBug(int issue, String description, Profile profile) {
        this.issue = issue;
        this.description = description;
        this.profile = profile;
    }

    /// The number in the paper; 0 for those that are ours.
    int issue() {
        return issue;
    }

    String description() {
        return description;
    }

    /// The histories that find it.
    Profile profile() {
        return profile;
    }

    /// The failing history with the lowest seed among the first {@code count} that are drawn.
    Optional<Histories.Failure> find(long count) {
        var found = new AtomicReference<Optional<Histories.Failure>>(Optional.empty());
        Runnable search = () -> found.set(Histories.firstFailure(
                profile, 1, count, history -> Run.on((shape, pause) -> machine(shape, pause), history)));
        if (Plants.isInEngine(name())) {
            Plants.with(name(), search);
        } else {
            search.run();
        }
        return found.get();
    }

    private Machine machine(Shape shape, Runnable pause) {
        return switch (this) {
            case SKIPS_A_FRAME_AT_A_SECTOR,
                    SHUTS_DOWN_WITHOUT_METADATA,
                    TAKES_UNREADABLE_FOR_GARBAGE,
                    FORGETS_OWNERSHIP,
                    READS_TOO_EARLY,
                    COMPACTS_BESIDE_CHECKPOINTS,
                    MOVES_WHAT_WENT,
                    DROPS_REMOVALS,
                    RECOVERS_BEHIND_HOLES,
                    READS_STALE_LOOKUPS,
                    RESETS_UNCOVERED,
                    TAKES_THE_LAST_EXTENT -> new DiskMachine(shape, pause);
            case DEPENDENCY_IS_IGNORED -> onStore(shape, pause, PlantedStores.IgnoredDependency::new);
            case DEPENDENCY_COMES_LATE -> onStore(shape, pause, PlantedStores.LateDependency::new);
            case BULK_IS_ACKNOWLEDGED_EARLY -> onStore(shape, pause, PlantedStores.EarlyBulk::new);
            case BULK_IS_CUT_SHORT -> onStore(shape, pause, PlantedStores.ShortBulk::new);
            case CACHE_IS_NOT_DRAINED -> onDisk(shape, pause, (disk, tasks) -> new PlantedDisks.StaleCache(disk));
            case RESET_IS_FORGOTTEN -> onDisk(shape, pause, (disk, tasks) -> new PlantedDisks.ForgottenReset(disk));
            case FLUSH_IS_SKIPPED -> onDisk(shape, pause, (disk, tasks) -> new PlantedDisks.SkippedFlush(disk));
            case INCARNATIONS_COLLIDE -> onDisk(shape, pause, (disk, tasks) -> new PlantedDisks.ForgottenMount(disk));
            case FLUSH_IS_SHARED -> onDisk(shape, pause, (disk, tasks) -> new PlantedDisks.SharedFlush(disk));
            case BUFFERS_ARE_EXHAUSTED -> onDisk(shape, pause, PlantedDisks.SmallPool::new);
            case LISTING_IN_TWO_STEPS -> onStore(shape, pause, store -> new TwoStepListing(store, pause));
            case LIST_IS_WRITTEN_BACK -> onStore(shape, pause, store -> new WrittenBackList(store, pause));
            case MODEL_UNDOES_DELETES -> new ModelMachine(UndeletingModel::new);
            case MODEL_LOSES_A_FLUSH -> new ModelMachine(LosingModel::new);
            case MODEL_REUSES_DEPENDENCIES -> new ModelMachine(ReusingModel::new);
        };
    }

    private static Machine onDisk(Shape shape, Runnable pause, BiFunction<Disk, Tasks, Disk> around) {
        return new DiskMachine(shape, pause, around, store -> store);
    }

    private static Machine onStore(Shape shape, Runnable pause, UnaryOperator<ShardStore> around) {
        return new DiskMachine(shape, pause, (disk, tasks) -> disk, around);
    }

    private static final class TwoStepListing extends ForwardingStore {
        private final Runnable pause;

        TwoStepListing(ShardStore store, Runnable pause) {
            super(store);
            this.pause = pause;
        }

        @Override
        public List<ShardId> list(ShardId from, int limit) {
            var first = super.list(from, Math.min(limit, 2));
            pause.run();
            var all = new ArrayList<>(first);
            super.list(from, limit).stream().skip(first.size()).forEach(all::add);
            return all;
        }
    }

    private static final class WrittenBackList extends ForwardingStore {
        private final Runnable pause;
        /// Values written as streams are not in the list.
        private final Set<ShardId> mine = new TreeSet<>();
        private List<ShardId> shards = List.of();

        WrittenBackList(ShardStore store, Runnable pause) {
            super(store);
            this.pause = pause;
        }

        @Override
        public Sealed put(ShardId shard, ByteBuffer value) {
            var sealed = super.put(shard, value);
            if (sealed instanceof Sealed.Accepted) {
                mine.add(shard);
                change(list -> list.add(shard));
            }
            return sealed;
        }

        @Override
        public Sealed delete(ShardId shard) {
            change(list -> list.remove(shard));
            return super.delete(shard);
        }

        private void change(Consumer<Set<ShardId>> change) {
            var list = new TreeSet<>(shards);
            pause.run();
            change.accept(list);
            shards = List.copyOf(list);
        }

        @Override
        public List<ShardId> list(ShardId from, int limit) {
            var listed = new TreeSet<>(super.list(from, Integer.MAX_VALUE));
            listed.removeAll(mine);
            shards.stream().filter(shard -> shard.compareTo(from) >= 0).forEach(listed::add);
            return listed.stream().limit(limit).toList();
        }
    }

    private static final class UndeletingModel extends ForwardingStore {
        private @Nullable ShardId deleted;
        private @Nullable ByteBuffer value;

        UndeletingModel(ShardStore model) {
            super(model);
        }

        @Override
        public Sealed delete(ShardId shard) {
            Optional<Long> length = length(shard);
            if (length.isPresent()) {
                var bytes = ByteBuffer.allocate(length.get().intValue());
                get(shard, 0, bytes);
                deleted = shard;
                value = bytes.flip();
            }
            return super.delete(shard);
        }

        @Override
        public boolean reclaim() {
            if (deleted != null && value != null) {
                put(deleted, value);
                deleted = null;
            }
            return super.reclaim();
        }
    }

    /// Says that a flush is done and does not do it when something was put since the last one.
    private static final class LosingModel extends ForwardingStore {
        private final Sealed done;
        private int puts;

        LosingModel(ShardStore model) {
            super(model);
            this.done = model.flush();
            done.await();
        }

        @Override
        public Sealed put(ShardId shard, ByteBuffer value) {
            puts++;
            return super.put(shard, value);
        }

        @Override
        public Sealed flush() {
            return puts % 2 == 1 ? done : super.flush();
        }
    }

    private static final class ReusingModel extends ForwardingStore {
        private @Nullable Dependency first;

        ReusingModel(ShardStore model) {
            super(model);
        }

        @Override
        public Sealed put(ShardId shard, ByteBuffer value) {
            var sealed = super.put(shard, value);
            if (!(sealed instanceof Sealed.Accepted(var dependency))) {
                return sealed;
            }
            first = first == null ? dependency : first;
            return new Sealed.Accepted(first);
        }
    }
}

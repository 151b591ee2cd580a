package io.flywheel.shardstore;

import io.flywheel.base.ShardId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// The key-value store of one disk: immutable values of 1 byte to 64 MiB under {@link ShardId}s that are never
/// reused. Thread-safe. After the design published for S3's ShardStore (SOSP'21, "Using Lightweight Formal Methods
/// to Validate a Key-Value Storage Node in Amazon S3").
///
/// Nothing is acknowledged by the call that writes it, but by its {@link Dependency}; waiting for many at once
/// costs one flush. When a dependency is persistent, so is everything that was accepted before. A value is visible
/// to {@link #get} and {@link #list} from its seal on, also before it is persistent.
public interface ShardStore extends AutoCloseable {
    int SHARD_BYTES_MAX = 64 << 20;

    /// Begins a value that is written as a stream. Nothing of it is visible before {@link Writer#seal}.
    Writer open(ShardId shard);

    /// Writes a value that is at hand: the same as open, append and seal, with one frame.
    Sealed put(ShardId shard, ByteBuffer value);

    /// The same, persistent only after another promise is kept. Waits for that first, unless it is one of this
    /// store, which keeps its promises in their order anyway; when it was lost, nothing is written.
    default Sealed put(ShardId shard, ByteBuffer value, Dependency after) {
        return switch (after.await()) {
            case Persisted.Safe() -> put(shard, value);
            case Persisted.Lost(var reason) -> new Sealed.Fenced(reason);
        };
    }

    /// Writes several values, in this order, with one promise for all. The first that is refused ends it: those
    /// before stay.
    default Sealed putAll(List<Put> puts) {
        Sealed last = flush();
        for (var put : puts) {
            last = put(put.shard(), put.value());
            if (!(last instanceof Sealed.Accepted)) {
                return last;
            }
        }
        return last;
    }

    /// Reads {@code destination.remaining()} bytes from {@code offsetBytes} of the value; what is read was
    /// verified. Asking past the end is a bug of the caller.
    Read get(ShardId shard, long offsetBytes, ByteBuffer destination);

    /// Looks the value up, for reads that must not wait; empty where there is none, or where this store has
    /// no such reads: then {@link #get} tells more.
    default Optional<Located> locate(ShardId shard) {
        return Optional.empty();
    }

    /// The bytes of the value, or empty when there is none.
    /// @throws IndexUnreadable when the disk does not let it be known
    Optional<Long> length(ShardId shard);

    /// Removes the value; removing what is not there is fine. Its space comes back by {@link #reclaim}.
    Sealed delete(ShardId shard);

    /// The same, persistent only after another promise is kept; see {@link #put(ShardId, ByteBuffer, Dependency)}.
    default Sealed delete(ShardId shard, Dependency after) {
        return switch (after.await()) {
            case Persisted.Safe() -> delete(shard);
            case Persisted.Lost(var reason) -> new Sealed.Fenced(reason);
        };
    }

    /// Removes several values, in this order, with one promise for all. The first that is refused ends it: those
    /// before are gone.
    default Sealed deleteAll(List<ShardId> shards) {
        Sealed last = flush();
        for (var shard : shards) {
            last = delete(shard);
            if (!(last instanceof Sealed.Accepted)) {
                return last;
            }
        }
        return last;
    }

    /// The shards from {@code from} (inclusive) on, in order, at most {@code limit}.
    /// @throws IndexUnreadable when the disk does not let it be known
    List<ShardId> list(ShardId from, int limit);

    /// A promise for everything that was sealed or deleted before.
    Sealed flush();

    /// One bounded step of reclamation or compaction; false when there is nothing worth doing.
    boolean reclaim();

    /// How reclamation and compaction stand: what paces {@link #reclaim}.
    default Reclamation reclamation() {
        return new Reclamation(0, 0);
    }

    Space space();

    /// Makes everything persistent and leaves the disk ready for a quick open. Writers that are open are aborted.
    @Override
    void close();

    /// A value to write.
    record Put(ShardId shard, ByteBuffer value) {}

    /// A value being written. One task at a time.
    interface Writer extends AutoCloseable {
        /// Takes the bytes (the buffer may be reused on return); waits while too much is on its way to the disk.
        /// False when the disk refused: {@link #seal} then tells why, and nothing more need be appended.
        boolean append(ByteBuffer bytes);

        /// Ends the value and makes it visible.
        Sealed seal();

        /// The same, persistent only after another promise is kept; see {@link ShardStore#put(ShardId, ByteBuffer,
        /// Dependency)}.
        default Sealed seal(Dependency after) {
            return switch (after.await()) {
                case Persisted.Safe() -> seal();
                case Persisted.Lost(var reason) -> new Sealed.Fenced(reason);
            };
        }

        /// Drops the value unless it was sealed.
        @Override
        void close();
    }

    /// A value that was looked up. For one task at a time; keeps nothing from being deleted or moved.
    interface Located {
        /// Reads as {@link #get} does if that takes no waiting, but leaves it to the caller to verify: only
        /// for who holds a checksum of his own against all of the bytes, and asks {@link #get}, which says
        /// what is wrong, where they differ. False when it would take waiting, or when the value was moved:
        /// what the buffer holds then is unspecified, its position is as it was.
        boolean readNow(long offsetBytes, ByteBuffer destination);
    }

    /// What a write came to, before it is persistent.
    sealed interface Sealed {
        /// Accepted; persistent once {@code dependency} is.
        record Accepted(Dependency dependency) implements Sealed {}

        /// No space but the reserve that deletes and reclamation need, and reclamation does not get more.
        record Full() implements Sealed {}

        /// Refused after an error of the disk, which as a rule takes no more writes.
        record Fenced(String reason) implements Sealed {}

        /// Waits until it is persistent.
        default Persisted await() {
            return switch (this) {
                case Accepted(var dependency) -> dependency.await();
                case Full() -> new Persisted.Lost("the disk is full");
                case Fenced(var reason) -> new Persisted.Lost(reason);
            };
        }
    }

    /// What a read came to.
    sealed interface Read {
        record Found() implements Read {}

        record Missing() implements Read {}

        /// The bytes on the disk are not those that were written.
        record Corrupt(String where) implements Read {}

        /// The disk could not be read.
        record Failed(String reason) implements Read {}
    }

    /// @param movedBytes what reclamation and compaction have written since the store was opened
    /// @param pressure how much the next step is wanted: 0 while plenty of space is free, 1 when writers keep to
    /// the pace of reclamation
    record Reclamation(long movedBytes, double pressure) {}

    /// @param totalBytes what the disk may hold in all
    /// @param usedBytes what live values and their frames take
    /// @param garbageBytes what reclamation could give back
    /// @param freeBytes what new values may take now, without the reserve
    record Space(long totalBytes, long usedBytes, long garbageBytes, long freeBytes) {}
}

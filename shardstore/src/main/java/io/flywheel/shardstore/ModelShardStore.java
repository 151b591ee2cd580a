package io.flywheel.shardstore;

import static io.flywheel.base.Check.check;
import static io.flywheel.base.Check.checkState;

import io.flywheel.base.ShardId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The specification of {@link ShardStore}, executable: sorted maps in memory. The layers above use it as their
/// test double, and the engine is compared with it. Thread-safe.
///
/// Values become persistent at once, or ({@link #persistingOnFlush}) when somebody waits for a dependency or calls
/// {@link #flush} and waits; then {@link #crash} loses the rest.
public final class ModelShardStore implements ShardStore {
    private final boolean atOnce;
    private final ConcurrentSkipListMap<ShardId, byte[]> values = new ConcurrentSkipListMap<>();
    /// What a crash leaves.
    private final AtomicReference<State> persistent = new AtomicReference<>(new State(-1, List.of()));
    private final AtomicLong changes = new AtomicLong();
    private volatile long totalBytes = Long.MAX_VALUE / 4;
    private volatile @Nullable String fenced;

    private record Value(ShardId shard, byte[] bytes) {}

    private record State(long change, List<Value> values) {}

    private ModelShardStore(boolean atOnce) {
        this.atOnce = atOnce;
    }

    /// Every write is persistent when its call returns.
    public ModelShardStore() {
        this(true);
    }

    /// A write is persistent once its dependency, or that of a later one, was waited for.
    public static ModelShardStore persistingOnFlush() {
        return new ModelShardStore(false);
    }

    /// Limits the sum of all values' bytes: puts beyond it are {@link Sealed.Full}.
    public void limit(long bytes) {
        totalBytes = bytes;
    }

    /// From now on every write is {@link Sealed.Fenced}; reads go on.
    public void fence(String reason) {
        fenced = reason;
    }

    /// What the next start finds after a crash now.
    public ModelShardStore crash() {
        var next = new ModelShardStore(atOnce);
        if (atOnce) {
            next.values.putAll(values);
        } else {
            persistent.get().values().forEach(value -> next.values.put(value.shard(), value.bytes()));
        }
        next.persist();
        next.totalBytes = totalBytes;
        return next;
    }

    @Override
    public Writer open(ShardId shard) {
        return new ModelWriter(shard);
    }

    @Override
    public Sealed put(ShardId shard, ByteBuffer value) {
        check(value.hasRemaining() && value.remaining() <= SHARD_BYTES_MAX, "a value has 1 byte to 64 MiB");
        var bytes = new byte[value.remaining()];
        value.get(bytes);
        return put(shard, bytes);
    }

    private Sealed put(ShardId shard, byte[] bytes) {
        var reason = fenced;
        if (reason != null) {
            return new Sealed.Fenced(reason);
        }
        if (usedBytes() + bytes.length > totalBytes) {
            return new Sealed.Full();
        }
        values.put(shard, bytes);
        return accepted();
    }

    @Override
    public Read get(ShardId shard, long offsetBytes, ByteBuffer destination) {
        var value = values.get(shard);
        if (value == null) {
            return new Read.Missing();
        }
        check(offsetBytes >= 0 && offsetBytes + destination.remaining() <= value.length, "the range lies in the value");
        destination.put(value, (int) offsetBytes, destination.remaining());
        return new Read.Found();
    }

    @Override
    public Optional<Long> length(ShardId shard) {
        return Optional.ofNullable(values.get(shard)).map(value -> (long) value.length);
    }

    @Override
    public Sealed delete(ShardId shard) {
        var reason = fenced;
        if (reason != null) {
            return new Sealed.Fenced(reason);
        }
        values.remove(shard);
        return accepted();
    }

    @Override
    public List<ShardId> list(ShardId from, int limit) {
        return values.tailMap(from).keySet().stream().limit(limit).toList();
    }

    @Override
    public Sealed flush() {
        var reason = fenced;
        return reason != null ? new Sealed.Fenced(reason) : new Sealed.Accepted(new Change(changes.get()));
    }

    @Override
    public boolean reclaim() {
        return false;
    }

    @Override
    public Space space() {
        long used = usedBytes();
        return new Space(totalBytes, used, 0, Math.max(0, totalBytes - used));
    }

    @Override
    public void close() {
        persist();
    }

    private long usedBytes() {
        return values.values().stream().mapToLong(value -> value.length).sum();
    }

    private Sealed accepted() {
        var dependency = new Change(changes.incrementAndGet());
        if (atOnce) {
            dependency.await();
        }
        return new Sealed.Accepted(dependency);
    }

    private void persist() {
        long change = changes.get();
        var all = values.entrySet().stream()
                .map(entry -> new Value(entry.getKey(), entry.getValue()))
                .toList();
        persistent.updateAndGet(before -> before.change() >= change ? before : new State(change, all));
    }

    private final class ModelWriter implements Writer {
        private final ShardId shard;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean ended;

        ModelWriter(ShardId shard) {
            this.shard = shard;
        }

        @Override
        public boolean append(ByteBuffer more) {
            checkState(!ended, "the value has ended");
            check(bytes.size() + more.remaining() <= SHARD_BYTES_MAX, "a value has at most 64 MiB");
            var copy = new byte[more.remaining()];
            more.get(copy);
            bytes.writeBytes(copy);
            return fenced == null && usedBytes() + bytes.size() <= totalBytes;
        }

        @Override
        public Sealed seal() {
            checkState(!ended, "the value has ended");
            check(bytes.size() > 0, "a value has at least 1 byte");
            ended = true;
            return put(shard, bytes.toByteArray());
        }

        @Override
        public void close() {
            ended = true;
        }
    }

    private final class Change implements Dependency {
        private final long number;

        Change(long number) {
            this.number = number;
        }

        @Override
        public Persisted await() {
            if (!isPersistent()) {
                persist();
            }
            return new Persisted.Safe();
        }

        @Override
        public boolean isPersistent() {
            return persistent.get().change() >= number;
        }

        @Override
        public void onDone(Runnable action) {
            await();
            action.run();
        }

        @Override
        public Dependency and(Dependency other) {
            return new Both(this, other);
        }
    }
}

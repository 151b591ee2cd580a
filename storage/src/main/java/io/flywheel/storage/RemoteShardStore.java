package io.flywheel.storage;

import static io.flywheel.base.Check.check;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Transport;
import io.flywheel.shardstore.IndexUnreadable;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.storage.ShardRequest.Part;
import io.flywheel.storage.ShardRequest.Target;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A disk of a storage node as a {@link ShardStore}. Each call is one message or more, and waits for the answer:
/// a write for being persistent, so that its dependency is settled when the call returns; many callers beside
/// each other share one flush, as they do at the disk. When the answer to a write is lost, its dependency is
/// {@link io.flywheel.shardstore.Persisted.Lost}: it may or may not be there.
///
/// Where it is not known what the disk holds because the node does not answer, {@link #length} and {@link #list}
/// throw {@link IndexUnreadable}, and {@link #space} tells what it was last, at first nothing.
public final class RemoteShardStore implements ShardStore {
    /// Values are put together up to so many bytes.
    private static final int TOGETHER_BYTES_MAX = 4 << 20;

    private final RemoteDisk disk;
    private final Epochs epochs;
    private volatile Space lastSpace = new Space(0, 0, 0, 0);
    private volatile Reclamation lastReclamation = new Reclamation(0, 0);

    RemoteShardStore(RemoteDisk disk, Epochs epochs) {
        this.disk = disk;
        this.epochs = epochs;
    }

    private Target target(ShardId shard) {
        return new Target(shard, epochs.of(shard.block().copyset()));
    }

    private Sealed write(ShardRequest request, ByteBuffer body) {
        return Written.of(disk.call(request, body)).sealed();
    }

    private Sealed write(ShardRequest request) {
        return Written.of(disk.call(request)).sealed();
    }

    @Override
    public Writer open(ShardId shard) {
        return new RemoteWriter(disk, target(shard));
    }

    @Override
    public Sealed put(ShardId shard, ByteBuffer value) {
        check(value.hasRemaining() && value.remaining() <= SHARD_BYTES_MAX, "a value has 1 byte to 64 MiB");
        if (value.remaining() > Transport.BODY_BYTES_MAX) {
            try (var writer = open(shard)) {
                writer.append(value);
                return writer.seal();
            }
        }
        var sealed = write(new ShardRequest.Put(disk.id(), target(shard)), value.duplicate());
        value.position(value.limit());
        return sealed;
    }

    @Override
    public Sealed putAll(List<Put> puts) {
        Sealed last = flush();
        int at = 0;
        while (at < puts.size() && isPersistent(last)) {
            int end = together(puts, at);
            var first = puts.get(at);
            last = end == at + 1 ? put(first.shard(), first.value()) : putTogether(puts.subList(at, end));
            at = end;
        }
        return last;
    }

    /// How far one message goes: at least one value.
    private static int together(List<Put> puts, int from) {
        long bytes = 0;
        int to = from;
        while (to < puts.size() && to - from < ShardRequest.SHARDS_MAX) {
            bytes += puts.get(to).value().remaining();
            if (to > from && bytes > TOGETHER_BYTES_MAX) {
                break;
            }
            to++;
        }
        return to;
    }

    private Sealed putTogether(List<Put> puts) {
        var parts = new ArrayList<Part>(puts.size());
        var values = ByteBuffer.allocate(
                puts.stream().mapToInt(put -> put.value().remaining()).sum());
        for (var put : puts) {
            parts.add(new Part(target(put.shard()), put.value().remaining()));
            values.put(put.value());
        }
        return write(new ShardRequest.PutAll(disk.id(), parts), values.flip());
    }

    private static boolean isPersistent(Sealed sealed) {
        return sealed instanceof Sealed.Accepted(var dependency) && dependency.isPersistent();
    }

    @Override
    public Read get(ShardId shard, long offsetBytes, ByteBuffer destination) {
        if (destination.remaining() <= Transport.BODY_BYTES_MAX) {
            return getAtOnce(shard, offsetBytes, destination);
        }
        long offset = offsetBytes;
        while (destination.hasRemaining()) {
            int length = Math.min(destination.remaining(), Transport.BODY_BYTES_MAX);
            var read = getAtOnce(shard, offset, destination.slice(destination.position(), length));
            if (!(read instanceof Read.Found)) {
                return read;
            }
            destination.position(destination.position() + length);
            offset += length;
        }
        return new Read.Found();
    }

    private Read getAtOnce(ShardId shard, long offsetBytes, ByteBuffer destination) {
        var request = new ShardRequest.Get(disk.id(), shard, offsetBytes);
        var reply = disk.call(request, ByteBuffer.allocate(0), destination, disk.readTimeout());
        return disk.read(reply, destination);
    }

    @Override
    public Optional<Located> locate(ShardId shard) {
        return disk.locate(shard);
    }

    @Override
    public Optional<Long> length(ShardId shard) {
        return known(disk.call(new ShardRequest.Length(disk.id(), shard)), answer -> switch (answer) {
            case ShardAnswer.LengthIs(long bytes) -> Optional.of(Optional.of(bytes));
            case ShardAnswer.Missing() -> Optional.of(Optional.empty());
            default -> Optional.empty();
        });
    }

    /// What the answer tells, if it is one that tells it.
    private static <T> T known(Reply reply, Function<ShardAnswer, Optional<T>> read) {
        return switch (reply) {
            case Reply.Told(ShardAnswer.Misused(var message)) -> throw new IllegalArgumentException(message);
            case Reply.Told(ShardAnswer.Unreadable(boolean damaged, var message)) ->
                throw IndexUnreadable.elsewhere(damaged, message);
            case Reply.Told(var answer) ->
                read.apply(answer)
                        .orElseThrow(() -> IndexUnreadable.elsewhere(false, "an answer that does not fit: " + answer));
            case Reply.Untold(var reason, var _) -> throw IndexUnreadable.elsewhere(false, reason);
        };
    }

    @Override
    public Sealed delete(ShardId shard) {
        return write(new ShardRequest.Delete(disk.id(), target(shard)));
    }

    @Override
    public Sealed deleteAll(List<ShardId> shards) {
        Sealed last = flush();
        for (int at = 0; at < shards.size() && isPersistent(last); at += ShardRequest.SHARDS_MAX) {
            int end = Math.min(shards.size(), at + ShardRequest.SHARDS_MAX);
            var targets = shards.subList(at, end).stream().map(this::target).toList();
            last = write(new ShardRequest.DeleteAll(disk.id(), targets));
        }
        return last;
    }

    @Override
    public List<ShardId> list(ShardId from, int limit) {
        var shards = new ArrayList<ShardId>();
        ShardId next = from;
        while (shards.size() < limit) {
            int wanted = Math.min(ShardRequest.SHARDS_MAX, limit - shards.size());
            var page = known(
                    disk.call(new ShardRequest.Enumerate(disk.id(), next, wanted)),
                    answer ->
                            answer instanceof ShardAnswer.Shards(var listed) ? Optional.of(listed) : Optional.empty());
            shards.addAll(page);
            if (page.size() < wanted) {
                break;
            }
            next = after(page.getLast());
        }
        return List.copyOf(shards);
    }

    /// The next shard in the order of shards.
    private static ShardId after(ShardId shard) {
        var block = shard.block();
        if (shard.slot() < 31) {
            return new ShardId(block, shard.slot() + 1);
        }
        return new ShardId(new BlockId(block.copyset(), block.lease(), block.counter() + 1), 0);
    }

    @Override
    public Sealed flush() {
        return write(new ShardRequest.Flush(disk.id()));
    }

    @Override
    public boolean reclaim() {
        return disk.call(new ShardRequest.Reclaim(disk.id())) instanceof Reply.Told(ShardAnswer.Reclaimed(boolean more))
                && more;
    }

    @Override
    public Reclamation reclamation() {
        if (disk.call(new ShardRequest.Reclamation(disk.id()))
                instanceof Reply.Told(ShardAnswer.ReclamationIs(var reclamation))) {
            lastReclamation = reclamation;
        }
        return lastReclamation;
    }

    @Override
    public Space space() {
        if (disk.call(new ShardRequest.Space(disk.id())) instanceof Reply.Told(ShardAnswer.SpaceIs(var space))) {
            lastSpace = space;
        }
        return lastSpace;
    }

    /// Does nothing: the disk is the node's, the connection the client's.
    @Override
    public void close() {}
}

package io.flywheel.storage;

import static io.flywheel.base.Check.check;

import io.flywheel.base.DiskId;
import io.flywheel.base.NodeId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Transport;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.shardstore.ShardStore.Read;
import io.flywheel.storage.ShardRequest.Target;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A disk of a storage node as others see it: requests that are sent now and awaited later, so that one task can
/// have many disks at work. {@link #store} is the same as a {@link ShardStore}, whose calls wait. Thread-safe.
public final class RemoteDisk {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final StorageClient client;
    private final DiskId id;

    RemoteDisk(StorageClient client, DiskId id) {
        this.client = client;
        this.id = id;
    }

    public DiskId id() {
        return id;
    }

    public NodeId node() {
        return client.node();
    }

    /// The disk as a store. Every write of it waits until it is persistent.
    public RemoteShardStore store(Epochs epochs) {
        return new RemoteShardStore(this, epochs);
    }

    /// Writes a value of at most {@link Transport#BODY_BYTES_MAX}.
    public Pending<Written> put(Target target, ByteBuffer value) {
        check(value.hasRemaining(), "a value has at least 1 byte");
        return send(new ShardRequest.Put(id, target), value, NOTHING, writeTimeout(), Written::of);
    }

    /// Begins a value of any length; nothing is sent before its first bytes.
    public ShardStream open(Target target) {
        return new ShardStream(this, target, client.nextSession());
    }

    /// Reads as much as the destination has room for, at most {@link Transport#BODY_BYTES_MAX}. Asking past the
    /// end is a bug of the caller.
    ///
    /// @param timeout what is not there by then is {@link Read.Failed}; the destination may be released later
    public Pending<Read> get(ShardId shard, long offsetBytes, ByteBuffer destination, Duration timeout) {
        return send(
                new ShardRequest.Get(id, shard, offsetBytes),
                NOTHING,
                destination,
                timeout,
                reply -> read(reply, destination));
    }

    public Pending<Written> delete(Target target) {
        return send(new ShardRequest.Delete(id, target), NOTHING, NOTHING, writeTimeout(), Written::of);
    }

    /// Removes several values, at most {@link ShardRequest#SHARDS_MAX}; nothing is removed when one is stale.
    public Pending<Written> deleteAll(List<Target> targets) {
        return send(new ShardRequest.DeleteAll(id, targets), NOTHING, NOTHING, writeTimeout(), Written::of);
    }

    /// Refuses writes of lower epochs to a copyset from now on, for ever: once this is {@link Written.Safe} none
    /// takes effect any more, and those that did are persistent and listed.
    public Pending<Written> fence(int copyset, long epoch) {
        return send(new ShardRequest.Fence(id, copyset, epoch), NOTHING, NOTHING, writeTimeout(), Written::of);
    }

    /// How the disk is; empty when the node does not answer, or does not have it.
    public Pending<Optional<DiskHealth>> health() {
        return send(
                new ShardRequest.Health(id),
                NOTHING,
                NOTHING,
                readTimeout(),
                reply -> reply instanceof Reply.Told(ShardAnswer.HealthIs(var health))
                        ? Optional.of(health)
                        : Optional.empty());
    }

    /// Looks a value up past the messages, for reads that must not wait: only where the node is in this process.
    public Optional<ShardStore.Located> locate(ShardId shard) {
        return client.local(LocalDisks.class).flatMap(disks -> disks.locate(id, shard));
    }

    Read read(Reply reply, ByteBuffer destination) {
        return switch (reply) {
            case Reply.Told(ShardAnswer.Found()) ->
                destination.hasRemaining() ? new Read.Failed("the answer is too short") : new Read.Found();
            case Reply.Told(ShardAnswer.Missing()) -> new Read.Missing();
            case Reply.Told(ShardAnswer.Corrupt(var where)) -> new Read.Corrupt(where);
            case Reply.Told(ShardAnswer.Failed(var reason)) -> new Read.Failed(reason);
            case Reply.Told(ShardAnswer.NoSuchDisk()) -> new Read.Failed(node() + " does not have disk " + id);
            case Reply.Told(ShardAnswer.Misused(var message)) -> throw new IllegalArgumentException(message);
            case Reply.Told(var answer) -> new Read.Failed("an answer that does not fit: " + answer);
            case Reply.Untold(var reason, var _) -> new Read.Failed(reason);
        };
    }

    Duration readTimeout() {
        return client.options().readTimeout();
    }

    Duration writeTimeout() {
        return client.options().writeTimeout();
    }

    long nextSession() {
        return client.nextSession();
    }

    Reply call(ShardRequest request, ByteBuffer body, ByteBuffer space, Duration timeout) {
        return client.call(request, body, space, timeout);
    }

    Reply call(ShardRequest request, ByteBuffer body) {
        return client.call(request, body, NOTHING, writeTimeout());
    }

    Reply call(ShardRequest request) {
        return call(request, NOTHING);
    }

    <T> Pending<T> send(
            ShardRequest request, ByteBuffer body, ByteBuffer space, Duration timeout, Function<Reply, T> read) {
        return client.send(request, body, space, timeout, read);
    }

    <T> Pending<T> send(ShardRequest request, ByteBuffer body, Function<Reply, T> read) {
        return client.send(request, body, NOTHING, writeTimeout(), read);
    }
}

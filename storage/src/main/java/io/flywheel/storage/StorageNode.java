package io.flywheel.storage;

import static io.flywheel.base.Check.checkState;

import io.flywheel.base.Clock;
import io.flywheel.base.DiskId;
import io.flywheel.base.FleetId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import io.flywheel.base.Transport;
import io.flywheel.base.Transport.Received;
import io.flywheel.shardstore.ShardStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/// The disks of one host, behind the shard protocol. Thread-safe.
///
/// Each disk has its own lanes, so one that is slow or stuck holds up nobody but its own callers. Disks come and
/// go while the node serves. The stores stay the caller's, who opens them before {@link #add} and closes them
/// after {@link #remove}.
public final class StorageNode implements Transport.Service, LocalDisks, AutoCloseable {
    private final Tasks tasks;
    private final Clock clock;
    private final NodeOptions options;
    private final ConcurrentSkipListMap<DiskId, ServedDisk> disks = new ConcurrentSkipListMap<>();
    private final Tasks.Task idleWatch;

    /// Without disks yet. Not before the tasks may start.
    public StorageNode(Tasks tasks, Clock clock, NodeOptions options) {
        this.tasks = tasks;
        this.clock = clock;
        this.options = options;
        Duration pause = options.sessionIdleMax().dividedBy(2);
        idleWatch = tasks.start("watch over idle streams", () -> watchIdle(pause));
    }

    private void watchIdle(Duration pause) {
        while (true) {
            tasks.sleep(pause);
            disks.values().forEach(ServedDisk::endIdleSessions);
        }
    }

    /// Serves the node's disks under the name of the transport's node.
    public Transport.Registration serve(Transport transport, FleetId fleet) {
        return transport.serve(ShardProtocol.terms(fleet), this);
    }

    /// Begins to serve a disk.
    ///
    /// @param damage what the start of its store found broken, for {@link DiskHealth}
    public void add(DiskId id, ShardStore store, List<String> damage) {
        var disk = new ServedDisk(id, store, damage, tasks, clock, options);
        checkState(disks.putIfAbsent(id, disk) == null, "the node has the disk already");
    }

    /// Ends to serve a disk; when this returns nothing is at its store any more but what waits to become
    /// persistent. False when the node does not have it.
    public boolean remove(DiskId id) {
        var disk = disks.remove(id);
        if (disk == null) {
            return false;
        }
        disk.close();
        return true;
    }

    /// Lets a disk take no more writes; reads go on. False when the node does not have it.
    public boolean fail(DiskId id, String reason) {
        var disk = disks.get(id);
        if (disk == null) {
            return false;
        }
        disk.fail(reason.isEmpty() ? "it was taken out of use" : reason);
        return true;
    }

    /// The load on each disk now, in the order of their ids.
    public SequencedMap<DiskId, DiskHeat> heat() {
        var heat = new TreeMap<DiskId, DiskHeat>();
        disks.forEach((id, disk) -> heat.put(id, disk.heat()));
        return heat;
    }

    /// How many values are being written to a disk as streams.
    int sessionCount(DiskId id) {
        var disk = disks.get(id);
        return disk == null ? 0 : disk.sessionCount();
    }

    @Override
    public void accept(Received call) {
        ShardRequest request;
        try {
            request = ShardProtocol.decodeRequest(call.header());
        } catch (ShardProtocol.Malformed malformed) {
            call.refuse("not a request: " + malformed.getMessage());
            return;
        }
        if (request instanceof ShardRequest.Disks) {
            call.answer(ShardProtocol.encode(new ShardAnswer.DisksAre(List.copyOf(disks.navigableKeySet()))));
            return;
        }
        var disk = disks.get(request.disk());
        if (disk == null) {
            call.answer(ShardProtocol.encode(new ShardAnswer.NoSuchDisk()));
        } else {
            disk.accept(call, request);
        }
    }

    @Override
    public void disconnected(long connection) {
        disks.values().forEach(disk -> disk.disconnected(connection));
    }

    @Override
    public <T> Optional<T> local(Class<T> capability) {
        return capability.isInstance(this) && capability == LocalDisks.class
                ? Optional.of(capability.cast(this))
                : Optional.empty();
    }

    @Override
    public Optional<ShardStore.Located> locate(DiskId disk, ShardId shard) {
        var served = disks.get(disk);
        return served == null ? Optional.empty() : served.locate(shard);
    }

    /// Removes every disk. The registration is closed by who has it, before.
    @Override
    public void close() {
        idleWatch.cancel();
        while (true) {
            var first = disks.firstEntry();
            if (first == null) {
                return;
            }
            remove(first.getKey());
        }
    }
}

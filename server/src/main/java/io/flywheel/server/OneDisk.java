package io.flywheel.server;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.placement.Heat;
import io.flywheel.server.admin.LogCopy;
import io.flywheel.server.admin.OpenDisk;
import io.flywheel.server.admin.RunningStore;
import io.flywheel.server.admin.WorkerState;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.ShardStore;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A store of one disk, as operators see it.
record OneDisk(DiskDirectory directory, ShardStore store, Namespace namespace) implements RunningStore {
    private DiskId id() {
        return DiskId.parse(directory.identity().disk());
    }

    @Override
    public String release() {
        return Version.text();
    }

    @Override
    public FleetMap map() {
        var stamp =
                new Command.Stamp(0, 0, 0, new AccountId(directory.identity().account()));
        long bytes = store.space().totalBytes();
        var added = FleetMap.of(DiskId.parse(directory.identity().store()).uuid())
                .apply(new FleetCommand.AddDisk(stamp, id(), Domains.of(""), bytes, bytes));
        return added.map()
                .apply(new FleetCommand.AddCopysets(
                        stamp,
                        0,
                        List.of(new FleetCommand.AddCopysets.NewCopyset(0, Domains.Level.DISK, List.of(id())))))
                .map();
    }

    @Override
    public SortedMap<DiskId, OpenDisk> disks() {
        var disks = new TreeMap<DiskId, OpenDisk>();
        var damages = store instanceof DiskShardStore engine ? engine.damage() : List.<String>of();
        disks.put(id(), new OpenDisk(id(), directory.path(), store, OpenDisk.Condition.WELL, "", Heat.NONE, damages));
        return disks;
    }

    @Override
    public SortedMap<String, Scheme> schemes() {
        var schemes = new TreeMap<String, Scheme>();
        schemes.put("STANDARD", new Scheme.Copies(1));
        return schemes;
    }

    @Override
    public List<LogCopy> namespaceLog() {
        return List.of(new LogCopy(id(), true));
    }

    @Override
    public List<WorkerState> workers() {
        return List.of();
    }
}

package io.flywheel.server;

import io.flywheel.background.Repair;
import io.flywheel.background.Worker;
import io.flywheel.base.BufferPool;
import io.flywheel.base.Clock;
import io.flywheel.base.DiskId;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.EmbeddedNamespace;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.placement.DiskView;
import io.flywheel.placement.Heat;
import io.flywheel.server.admin.LogCopy;
import io.flywheel.server.admin.NamespaceLog;
import io.flywheel.server.admin.OpenDisk;
import io.flywheel.server.admin.RunningStore;
import io.flywheel.server.admin.WorkerState;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The store of this process, as operators see it.
record LocalStore(LocalFleet fleet, EmbeddedNamespace namespace, DataServices services, BufferPool buffers, Clock clock)
        implements RunningStore {
    @Override
    public String release() {
        return Version.text();
    }

    @Override
    public FleetMap map() {
        return fleet.fleet().map();
    }

    @Override
    public SortedMap<DiskId, OpenDisk> disks() {
        var views = new TreeMap<DiskId, DiskView>();
        fleet.objects().look().forEach(view -> views.put(view.id(), view));
        var disks = new TreeMap<DiskId, OpenDisk>();
        fleet.disks().forEach((id, disk) -> disks.put(id, open(disk, Optional.ofNullable(views.get(id)))));
        return disks;
    }

    private OpenDisk open(AttachedDisk disk, Optional<DiskView> view) {
        var trouble = disk.condition().trouble(clock.monotonicNanos());
        boolean givenUp = !map().disk(disk.id()).map(known -> known.present()).orElse(false);
        var condition = OpenDisk.Condition.WELL;
        String reason = "";
        if (trouble.isPresent() || givenUp) {
            condition = OpenDisk.Condition.FAILED;
            reason = trouble.orElse("it does not answer");
        } else if (view.map(DiskView::health).orElse(DiskView.Health.HEALTHY) != DiskView.Health.HEALTHY) {
            condition = OpenDisk.Condition.SUSPECT;
            reason = "it has failed of late";
        }
        return new OpenDisk(
                disk.id(),
                disk.path(),
                fleet.asked(disk.id()),
                condition,
                reason,
                view.map(DiskView::heat).orElse(Heat.NONE),
                disk.store().damage());
    }

    @Override
    public SortedMap<DiskId, Path> paths() {
        return fleet.paths();
    }

    @Override
    public SortedMap<String, Scheme> schemes() {
        return fleet.schemes().of(map());
    }

    @Override
    public NamespaceLog namespaceLog() {
        return new NamespaceLog(
                namespace.holders().stream()
                        .map(holder -> new LogCopy(holder.disk(), holder.state()))
                        .toList(),
                NamespaceHost.copies(fleet));
    }

    @Override
    public List<WorkerState> workers() {
        return services.workers().stream()
                .map(LocalStore::state)
                .filter(worker -> !worker.doing().isEmpty() || !worker.alarm().isEmpty())
                .toList();
    }

    private static WorkerState state(Worker worker) {
        var progress = worker.progress();
        return new WorkerState(
                worker.name(),
                progress.now(),
                progress.total() > 0 ? Optional.of((double) progress.done() / progress.total()) : Optional.empty(),
                worker instanceof Repair repair ? repair.bytesPerSecond() : 0,
                progress.left(),
                String.join("; ", progress.alarms()));
    }
}

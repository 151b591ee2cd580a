package io.flywheel.server;

import io.flywheel.base.Clock;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.base.real.FileDisk;
import io.flywheel.namespace.EmbeddedNamespace;
import io.flywheel.namespace.NamespaceDisk;
import io.flywheel.placement.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The namespace on the disks of this process: each has a folder for its part, which it may use once the
/// namespace says so. Disks come and go with the fleet's.
final class NamespaceHost implements LocalFleet.Follower, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceHost.class);

    private final Tasks tasks;
    private final InjectedFaults faults;
    private final ConcurrentSkipListMap<DiskId, Disk> logs;
    private final EmbeddedNamespace namespace;

    private NamespaceHost(
            Tasks tasks, InjectedFaults faults, ConcurrentSkipListMap<DiskId, Disk> logs, EmbeddedNamespace namespace) {
        this.tasks = tasks;
        this.faults = faults;
        this.logs = logs;
        this.namespace = namespace;
    }

    /// Opens the namespace on the disks that are open in the fleet, and follows that from then on.
    ///
    /// @throws StartRefused when it cannot be opened; what was opened is closed
    static NamespaceHost open(
            LocalFleet fleet, Configuration configuration, StartFlags flags, Tasks tasks, Clock clock, Random random) {
        var logs = new ConcurrentSkipListMap<DiskId, Disk>();
        var opened = open(fleet, logs, configuration, flags, tasks, clock, random);
        switch (opened) {
            case EmbeddedNamespace.Opened.Ready(var namespace) -> {
                var host = new NamespaceHost(tasks, fleet.faults(), logs, namespace);
                fleet.follow(host);
                return host;
            }
            case EmbeddedNamespace.Opened.Refused(var why) -> {
                logs.values().forEach(Disk::close);
                throw StartRefused.failure("the namespace cannot be opened: " + why);
            }
        }
    }

    private static EmbeddedNamespace.Opened open(
            LocalFleet fleet,
            ConcurrentSkipListMap<DiskId, Disk> logs,
            Configuration configuration,
            StartFlags flags,
            Tasks tasks,
            Clock clock,
            Random random) {
        SortedMap<DiskId, NamespaceDisk> disks = new TreeMap<>();
        boolean make = true;
        long spareBytes = 0;
        for (var disk : fleet.disks().values()) {
            make &= disk.directory().isNew();
            try {
                disks.put(disk.id(), disk(disk.directory(), fleet.faults(), logs));
                // What small objects in the namespace leave of the reserve: the rest is for deletes.
                spareBytes = Math.max(spareBytes, AttachedDisk.reserveBytes(disk.path(), configuration) / 2);
            } catch (IOException e) {
                LOG.error("the namespace's part of {} cannot be used: {}", disk.path(), e.toString());
            }
        }
        var standard = EmbeddedNamespace.Options.DEFAULT;
        var options = new EmbeddedNamespace.Options(
                standard.queueCommands(),
                standard.checkpointBytes(),
                spareBytes,
                standard.cacheBytes(),
                standard.readThreads());
        return EmbeddedNamespace.open(
                disks,
                fleet.fleet(),
                fleet.store().life(),
                new EmbeddedNamespace.Start(() -> copies(fleet), make, flags.withoutMajority()),
                new EmbeddedNamespace.Surroundings(tasks, clock, random),
                options);
    }

    /// So many that a majority is left when as many disks are lost as the data survives.
    static int copies(LocalFleet fleet) {
        int spare = fleet.schemes().shapes(fleet.store().map()).stream()
                .mapToInt(Shape::parity)
                .max()
                .orElse(0);
        return 2 * spare + 1;
    }

    private static NamespaceDisk disk(
            DiskDirectory directory, InjectedFaults faults, ConcurrentSkipListMap<DiskId, Disk> logs)
            throws IOException {
        var id = directory.identity().id();
        Path folder = directory.folder("namespace/log");
        var log = faults.on(
                directory.path(),
                FileDisk.open(folder, ExtentGeometry.ofLog(directory.identity().geometry())));
        logs.put(id, log);
        return new NamespaceDisk(id, log, directory.path().resolve("namespace"));
    }

    EmbeddedNamespace namespace() {
        return namespace;
    }

    @Override
    public void attached(DiskDirectory directory) {
        try {
            namespace.attach(disk(directory, faults, logs));
        } catch (IOException | StartRefused e) {
            LOG.error("the namespace's part of {} cannot be used: {}", directory.path(), e.toString());
        }
    }

    @Override
    public void mapChanged() {
        namespace.fleetChanged();
    }

    @Override
    public void detached(DiskId id) {
        namespace.detach(id);
        var log = logs.remove(id);
        if (log != null) {
            // Whatever of it still answers may take its time.
            tasks.start("close log", log::close);
        }
    }

    @Override
    public void close() {
        namespace.close();
        logs.values().forEach(Disk::close);
    }
}

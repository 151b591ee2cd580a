package io.flywheel.server;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetOutcome;
import io.flywheel.namespace.fleet.FleetOutcome.Refusal;
import io.flywheel.server.admin.AdminRefusal;
import io.flywheel.server.admin.DiskHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Adds disks to this process and takes them away, while it serves.
final class LocalDiskHost implements DiskHost {
    private static final Logger LOG = LoggerFactory.getLogger(LocalDiskHost.class);

    /// A disk that was just detached is closed in the background, and its folder locked until then.
    private static final int OPEN_ATTEMPTS = 50;
    private static final int LEAVE_ATTEMPTS = 300;

    private static final Duration OPEN_PAUSE = Duration.ofMillis(100);

    private final LocalFleet fleet;
    private final DiskDirectories directories;
    private final RootCredentials credentials;
    private final Announcement announcement;
    private final Runnable scrub;
    private final Tasks tasks;
    private final Random random;

    /// @param credentials that disks are given which are added, where the others have them
    /// @param scrub begins a round
    LocalDiskHost(
            LocalFleet fleet,
            DiskDirectories directories,
            RootCredentials credentials,
            Announcement announcement,
            Runnable scrub,
            Tasks tasks,
            Random random) {
        this.fleet = fleet;
        this.directories = directories;
        this.credentials = credentials;
        this.announcement = announcement;
        this.scrub = scrub;
        this.tasks = tasks;
        this.random = random;
    }

    @Override
    public Found look(Path folder) {
        try {
            return switch (DiskDirectory.look(folder, directories.known())) {
                case DiskDirectory.Look.Disk(var identity) -> new Found.Disk(identity.id(), identity.store());
                case DiskDirectory.Look.Absent(var why) -> new Found.Unusable(why);
                case DiskDirectory.Look.Fresh() -> new Found.Fresh(fileSystemBytes(folder));
            };
        } catch (StartRefused e) {
            return new Found.Unusable(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new Found.Unusable(folder + " cannot be read: " + e);
        }
    }

    /// Of the folder, or of the nearest one above that is there.
    private static long fileSystemBytes(Path folder) throws IOException {
        for (Path there = folder; there != null; there = there.getParent()) {
            if (Files.exists(there)) {
                return Files.getFileStore(there).getTotalSpace();
            }
        }
        throw new IOException("no folder above it is there");
    }

    @Override
    public DiskId add(Path folder, Domains domains) {
        var directory = open(folder);
        var id = directory.identity().id();
        boolean added = false;
        try {
            long bytes = FleetMapStart.capacityBytes(directory);
            apply(new FleetCommand.AddDisk(fleet.stamps().next(), id, domains, bytes, bytes));
            added = true;
            attach(directory);
            LOG.info("disk {} at {} was added", id, directory.path());
            return id;
        } catch (StartRefused e) {
            throw AdminRefusal.conflict(String.valueOf(e.getMessage()));
        } finally {
            if (!fleet.disks().containsKey(id)) {
                if (added) {
                    fleet.fleet()
                            .apply(new FleetCommand.RemoveDisk(fleet.stamps().next(), id));
                }
                directory.close();
            }
        }
    }

    @Override
    public void restore(Path folder) {
        var directory = open(folder);
        var id = directory.identity().id();
        try {
            attach(directory);
            fleet.mark(id, true);
            LOG.info("disk {} at {} was restored", id, directory.path());
        } finally {
            if (!fleet.disks().containsKey(id)) {
                directory.close();
            }
        }
    }

    private DiskDirectory open(Path folder) {
        for (int attempt = 1; ; attempt++) {
            try {
                return DiskDirectory.open(folder, directories.store(), directories.known(), random);
            } catch (StartRefused e) {
                if (e.code() != ExitCode.DISK_IN_USE || attempt == OPEN_ATTEMPTS) {
                    throw AdminRefusal.conflict(String.valueOf(e.getMessage()));
                }
                tasks.sleep(OPEN_PAUSE);
            }
        }
    }

    /// Opens a disk that the map knows. It is a whole one from then on: what is missing later is damage.
    private void attach(DiskDirectory directory) {
        fleet.attach(directory).ifPresent(why -> {
            throw AdminRefusal.conflict(why);
        });
        var id = directory.identity().id();
        fleet.store().detach(id);
        fleet.store().attach(id, fleet.faults().on(directory.path(), directory.fleetMap()));
        if (RootCredentials.read(directories.here()).equals(Optional.of(credentials))) {
            credentials.write(List.of(directory));
        }
        directory.complete();
        fleet.noteFolders();
        announcement.tell(directory.path());
    }

    @Override
    public void drain(DiskId disk, boolean draining) {
        apply(new FleetCommand.Drain(fleet.stamps().next(), disk, draining));
        LOG.info("disk {} {}", disk, draining ? "is drained" : "is used again");
    }

    @Override
    public void lose(DiskId disk) {
        if (fleet.disks().containsKey(disk)) {
            fleet.detach(disk, "an operator said so");
        } else {
            apply(new FleetCommand.MarkAbsent(fleet.stamps().next(), disk));
        }
    }

    /// Lets the namespace do without the disk: it gives up one that is drained.
    private void leaveNamespace(DiskId disk) {
        if (!holdsNamespace(disk)) {
            return;
        }
        apply(new FleetCommand.Drain(fleet.stamps().next(), disk, true));
        for (int attempt = 0; attempt < LEAVE_ATTEMPTS && holdsNamespace(disk); attempt++) {
            tasks.sleep(OPEN_PAUSE);
        }
    }

    private boolean holdsNamespace(DiskId disk) {
        return fleet.fleet().map().namespaceHolders().contains(disk);
    }

    @Override
    public void remove(DiskId disk) {
        leaveNamespace(disk);
        apply(new FleetCommand.RemoveDisk(fleet.stamps().next(), disk));
        var path = Optional.ofNullable(fleet.paths().get(disk));
        fleet.release(disk);
        LOG.info("disk {} was removed for ever", disk);
        path.ifPresent(folder -> {
            announcement.forget(folder);
            try {
                directories.known().forget(folder);
            } catch (StartRefused e) {
                LOG.warn("{}", e.getMessage());
            }
        });
    }

    @Override
    public void scrub() {
        scrub.run();
    }

    private void apply(FleetCommand command) {
        if (fleet.fleet().apply(command) instanceof FleetOutcome.Refused(var refusal, var detail)) {
            throw AdminRefusal.conflict(
                    refusal == Refusal.UNAVAILABLE
                            ? "the fleet map cannot be written to a majority of its disks; nothing is known to have"
                                    + " changed"
                            : "the fleet map does not allow it: " + detail);
        }
    }
}

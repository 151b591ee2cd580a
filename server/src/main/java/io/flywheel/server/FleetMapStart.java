package io.flywheel.server;

import io.flywheel.background.SystemStamps;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Tasks;
import io.flywheel.base.WholeFile;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetStore;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the map of a store's disks, or makes it for a new store.
final class FleetMapStart {
    private static final Logger LOG = LoggerFactory.getLogger(FleetMapStart.class);

    /// One more than twice the parity of the widest scheme that is chosen unasked: as many disks as that hold
    /// the map, where there are so many.
    private static final int COPIES = 9;

    private final DiskDirectories directories;
    private final boolean withoutMajority;
    private final Tasks tasks;
    private final SystemStamps stamps;

    FleetMapStart(DiskDirectories directories, boolean withoutMajority, Tasks tasks, SystemStamps stamps) {
        this.directories = directories;
        this.withoutMajority = withoutMajority;
        this.tasks = tasks;
        this.stamps = stamps;
    }

    /// @throws StartRefused when fewer than a majority of its copies are here
    FleetStore open(SortedMap<DiskId, WholeFile> files) {
        UUID fleet = DiskId.parse(directories.store()).uuid();
        var options = new FleetStore.Options(fleet, COPIES, withoutMajority);
        return switch (FleetStore.open(options, files, tasks)) {
            case FleetStore.Opened.Ready(var store, var remarks) -> {
                remarks.forEach(remark -> LOG.warn("{}", remark));
                yield store;
            }
            case FleetStore.Opened.Nothing() -> create(options, files);
            case FleetStore.Opened.Refused(var why) -> {
                if (directories.here().stream().allMatch(DiskDirectory::isNew)) {
                    // A first start that was cut short: nothing was ever stored.
                    directories.here().forEach(FleetMapStart::removeMap);
                    yield create(options, files);
                }
                throw StartRefused.failure(why
                        + ". Name the directories of the other disks too, or bring them back. If they are lost for"
                        + " good, '--start-without-majority' goes on from the newest copy here: disks that were added"
                        + " and slots that were moved since may be missing from it, and the disks that are not here"
                        + " must never be started without those that are.");
            }
        };
    }

    private FleetStore create(FleetStore.Options options, SortedMap<DiskId, WholeFile> files) {
        boolean servedWithMap = directories.here().stream()
                .anyMatch(disk -> !disk.isNew() && disk.identity().hasFleetMap());
        if (servedWithMap) {
            throw StartRefused.failure("no disk that is named has the map of the store's disks, which every store has"
                    + " (DIR/fleet/map). Nothing was written. Name the directories of the other disks too, or restore"
                    + " that file from a copy.");
        }
        List<FleetCommand.AddDisk> disks = new ArrayList<>();
        for (DiskDirectory directory : directories.here()) {
            long bytes = capacityBytes(directory);
            disks.add(
                    new FleetCommand.AddDisk(stamps.next(), directory.identity().id(), Domains.of(""), bytes, bytes));
        }
        return switch (FleetStore.create(options, disks, files, tasks)) {
            case FleetStore.Opened.Ready(var store, var _) -> store;
            case FleetStore.Opened.Nothing() -> throw new IllegalStateException("what was made is there");
            case FleetStore.Opened.Refused(var why) -> throw StartRefused.failure(why);
        };
    }

    private static void removeMap(DiskDirectory directory) {
        try {
            Files.deleteIfExists(directory.path().resolve("fleet/map"));
        } catch (IOException e) {
            throw StartRefused.failure("the disk " + directory.path() + " cannot be written: " + e);
        }
    }

    /// What the folder's file system holds in all.
    static long capacityBytes(DiskDirectory directory) {
        try {
            return Files.getFileStore(directory.path()).getTotalSpace();
        } catch (IOException e) {
            throw StartRefused.failure("the disk " + directory.path() + " cannot be read: " + e);
        }
    }

    /// The copies of the disks that are here.
    static SortedMap<DiskId, WholeFile> files(List<DiskDirectory> here, InjectedFaults faults) {
        SortedMap<DiskId, WholeFile> files = new TreeMap<>();
        here.forEach(
                directory -> files.put(directory.identity().id(), faults.on(directory.path(), directory.fleetMap())));
        return files;
    }
}

package io.flywheel.server.admin;

import io.flywheel.base.DiskId;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.fleet.FleetMap;
import java.util.List;
import java.util.SortedMap;

/// The running store as operators look at it: every call tells of now. Thread-safe.
public interface RunningStore {
    /// The version of the program.
    String release();

    FleetMap map();

    /// The disks that this process has open, by their names.
    SortedMap<DiskId, OpenDisk> disks();

    /// Which scheme objects of each storage class get.
    SortedMap<String, Scheme> schemes();

    Namespace namespace();

    /// Which disks hold the namespace's log.
    List<LogCopy> namespaceLog();

    List<WorkerState> workers();
}

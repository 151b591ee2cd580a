package io.flywheel.server.admin;

import io.flywheel.base.BufferPool;
import io.flywheel.base.DiskId;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.fleet.FleetMap;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/// The running store as operators look at it: every call tells of now. Thread-safe.
public interface RunningStore {
    /// The version of the program.
    String release();

    /// The name of the store, which is also its fleet's: 32 hexadecimal digits.
    default String name() {
        return map().fleet().toString().replace("-", "");
    }

    FleetMap map();

    /// The disks that this process has open, by their names.
    SortedMap<DiskId, OpenDisk> disks();

    /// Where disks were when they were last open, also those that are not now.
    SortedMap<DiskId, Path> paths();

    /// Which scheme objects of each storage class get.
    SortedMap<String, Scheme> schemes();

    Namespace namespace();

    NamespaceLog namespaceLog();

    List<WorkerState> workers();

    /// Memory to verify shards with, a piece each.
    BufferPool buffers();
}

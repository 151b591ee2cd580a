package io.flywheel.background;

import io.flywheel.base.DiskId;
import io.flywheel.storage.RemoteDisk;
import java.util.Optional;

/// The disks of the fleet as the data services reach them. Thread-safe; no call waits.
public interface Disks {
    /// Empty while the disk cannot be asked.
    Optional<RemoteDisk> disk(DiskId id);
}

package io.flywheel.server.admin;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import java.nio.file.Path;

/// What actions do to the disks of this process. Every call may wait for disks; those that change something throw
/// {@link AdminRefusal} when it cannot be done, and have then changed nothing that matters.
public interface DiskHost {
    /// What lies in a folder.
    sealed interface Found {
        /// Missing or empty: a disk can be made of it.
        record Fresh(long capacityBytes) implements Found {}

        /// A disk.
        ///
        /// @param store the one it belongs to, 32 hexadecimal digits
        record Disk(DiskId id, String store) implements Found {}

        record Unusable(String why) implements Found {}
    }

    /// Looks without writing.
    Found look(Path folder);

    /// Makes a disk of a fresh folder, and adds it to the fleet.
    DiskId add(Path folder, Domains domains);

    /// Opens a disk of the fleet again, and lets the fleet count on it.
    void restore(Path folder);

    /// Has the slots of a disk moved elsewhere, or no longer.
    void drain(DiskId disk, boolean draining);

    /// Closes a disk that is open, and records that it is absent.
    void lose(DiskId disk);

    /// Closes a disk that is open, and gives it up for ever; no slot may name it.
    void remove(DiskId disk);

    /// Begins a scrub of everything, now.
    void scrub();
}

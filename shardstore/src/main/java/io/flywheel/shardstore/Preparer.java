package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import io.flywheel.base.Tasks;

/// Makes the space of extents real before a writer needs them. Its methods but {@link #run} want the log's mutex
/// held.
final class Preparer {
    private final Disk disk;
    private final Reserve reserve;
    private final Tasks.Mutex mutex;
    private final Tasks.Condition room;
    private final Tasks.Condition wanted;
    private boolean isAhead;
    private boolean isNeeded;
    private boolean stopped;

    /// @param room signalled when an extent was prepared, or could not be
    Preparer(Disk disk, Reserve reserve, Tasks.Mutex mutex, Tasks.Condition room) {
        this.disk = disk;
        this.reserve = reserve;
        this.mutex = mutex;
        this.room = room;
        this.wanted = mutex.condition();
    }

    /// Looks whether an extent is wanted.
    void look() {
        wanted.signalAll();
    }

    /// A writer waits for an extent.
    void need() {
        isNeeded = true;
        wanted.signalAll();
    }

    /// From now on extents are kept ready: users write. Before, a start would take the space and the time for what
    /// nobody may need soon; where several disks share a device, it takes the time from the start of the others.
    void keepAhead() {
        if (!isAhead) {
            isAhead = true;
            wanted.signalAll();
        }
    }

    void stop() {
        stopped = true;
        wanted.signalAll();
    }

    /// Prepares extents until it is stopped.
    void run() {
        while (true) {
            int extent;
            mutex.lock();
            try {
                for (extent = -1; extent < 0; ) {
                    if (stopped) {
                        return;
                    }
                    extent = isAhead || isNeeded ? reserve.wantsPrepared() : -1;
                    if (extent < 0) {
                        wanted.await();
                    }
                }
            } finally {
                mutex.unlock();
            }
            var io = disk.prepare(extent);
            mutex.lock();
            try {
                reserve.prepared(extent, io);
                isNeeded = false;
                room.signalAll();
            } finally {
                mutex.unlock();
            }
        }
    }
}

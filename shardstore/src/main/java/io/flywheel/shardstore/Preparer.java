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
                    extent = reserve.wantsPrepared();
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
                room.signalAll();
            } finally {
                mutex.unlock();
            }
        }
    }
}

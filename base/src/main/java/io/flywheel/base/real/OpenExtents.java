package io.flywheel.base.real;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The files that a disk has open. Opening one more than there may be closes one that was not used for a while (second
/// chance), that nobody uses now, and of which everything that was written is flushed; when there is none, one more is
/// open for a while.
final class OpenExtents {
    private static final int OPEN_MIN = 16;
    /// What an extent takes: reads, reads of the page cache, writes, direct reads.
    private static final int DESCRIPTORS_PER_EXTENT = 4;

    private static final int DESCRIPTORS_UNKNOWN = 1024;
    /// The disks of this process.
    private static final AtomicInteger DISKS = new AtomicInteger();

    private final IntFunction<Path> path;
    private final WriteMode mode;
    private final FileStore fileStore;
    private final int openMax;
    private final AtomicReferenceArray<@Nullable ExtentFile> files;
    private final ReentrantLock opening = new ReentrantLock();
    /// Under the lock.
    private int open;

    private int hand;
    private volatile boolean closed;

    /// @param openMax how many may be open; 0 for this disk's share of half the descriptors of the process
    OpenExtents(IntFunction<Path> path, WriteMode mode, FileStore fileStore, int extents, int openMax) {
        this.path = path;
        this.mode = mode;
        this.fileStore = fileStore;
        this.openMax = openMax;
        this.files = new AtomicReferenceArray<>(extents);
        DISKS.incrementAndGet();
    }

    private int openMax() {
        return openMax > 0 ? openMax : Math.max(OPEN_MIN, Descriptors.EXTENTS_MAX / Math.max(1, DISKS.get()));
    }

    /// The files of an extent if they are open, to be read without {@link ExtentFile#enter}.
    @Nullable
    ExtentFile peek(int extent) {
        var file = files.get(extent);
        if (file != null) {
            file.touch();
        }
        return file;
    }

    /// The files of an extent, which stay open until {@link ExtentFile#leave}.
    ExtentFile enter(int extent) throws IOException {
        var file = peek(extent);
        if (file != null && file.enter()) {
            return file;
        }
        opening.lock();
        try {
            if (closed) {
                throw new IOException("the disk is closed");
            }
            file = files.get(extent);
            if (file == null) {
                closeDownTo(openMax() - 1);
                file = new ExtentFile(path.apply(extent), mode, fileStore);
                files.set(extent, file);
                open++;
            }
            if (!file.enter()) {
                throw new IllegalStateException("files that are closed are not here any more");
            }
            return file;
        } finally {
            opening.unlock();
        }
    }

    /// With the lock held.
    private void closeDownTo(int most) {
        for (int steps = 2 * files.length(); open > most && steps > 0; steps--) {
            hand = (hand + 1) % files.length();
            var file = files.get(hand);
            if (file != null && !file.takeTouch() && file.tryClose()) {
                files.set(hand, null);
                open--;
            }
        }
    }

    /// Makes persistent what was written before.
    void flush() throws IOException {
        for (int extent = 0; extent < files.length(); extent++) {
            var file = enterIfOpen(extent);
            if (file != null) {
                try {
                    file.flush();
                } finally {
                    file.leave();
                }
            }
        }
        opening.lock();
        try {
            // What was not flushed could not be closed.
            closeDownTo(openMax());
        } finally {
            opening.unlock();
        }
    }

    /// Null also for files that were closed: of those everything is flushed.
    private @Nullable ExtentFile enterIfOpen(int extent) {
        var file = files.get(extent);
        if (file == null || file.enter()) {
            return file;
        }
        // They are about to be closed, or stay open after all.
        opening.lock();
        try {
            file = files.get(extent);
            return file != null && file.enter() ? file : null;
        } finally {
            opening.unlock();
        }
    }

    void close() {
        opening.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            DISKS.decrementAndGet();
            for (int extent = 0; extent < files.length(); extent++) {
                var file = files.getAndSet(extent, null);
                if (file != null) {
                    file.close();
                }
            }
        } finally {
            opening.unlock();
        }
    }

    /// What the process may open.
    private static final class Descriptors {
        static final int EXTENTS_MAX = (int) Math.min(Integer.MAX_VALUE, descriptors() / 2 / DESCRIPTORS_PER_EXTENT);

        private static long descriptors() {
            return ManagementFactory.getOperatingSystemMXBean()
                            instanceof com.sun.management.UnixOperatingSystemMXBean unix
                    ? unix.getMaxFileDescriptorCount()
                    : DESCRIPTORS_UNKNOWN;
        }
    }
}

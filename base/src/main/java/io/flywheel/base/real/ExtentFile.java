package io.flywheel.base.real;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The open files of one extent.
final class ExtentFile {
    private final Path path;
    private final WriteMode mode;
    private final FileChannel reads;
    private final @Nullable CachedReads cached;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable FileChannel writes;
    private volatile @Nullable FileChannel directReads;

    ExtentFile(Path path, WriteMode mode, FileStore fileStore) throws IOException {
        this.path = path;
        this.mode = mode;
        this.reads = FileChannel.open(path, StandardOpenOption.READ);
        this.cached = CachedReads.open(path, fileStore);
    }

    FileChannel reads() {
        return reads;
    }

    FileChannel writes() throws IOException {
        var channel = writes;
        if (channel != null) {
            return channel;
        }
        opening.lock();
        try {
            channel = writes;
            if (channel == null) {
                channel = mode.open(path);
                writes = channel;
            }
            return channel;
        } finally {
            opening.unlock();
        }
    }

    FileChannel directReads() throws IOException {
        var channel = directReads;
        if (channel != null) {
            return channel;
        }
        opening.lock();
        try {
            channel = directReads;
            if (channel == null) {
                channel = mode.openForDirectReads(path);
                directReads = channel;
            }
            return channel;
        } finally {
            opening.unlock();
        }
    }

    /// Reads only when that needs no device; false leaves the buffer as it was.
    boolean readCached(long offsetBytes, ByteBuffer destination) {
        return cached != null && cached.read(offsetBytes, destination);
    }

    void flush() throws IOException {
        var channel = writes;
        if (channel != null) {
            channel.force(false);
        }
    }

    void close() {
        closeQuietly(reads);
        closeQuietly(writes);
        closeQuietly(directReads);
        if (cached != null) {
            cached.close();
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // What had to be persistent was flushed before; there is nothing left to lose.
        }
    }
}

package io.flywheel.base.real;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The open files of one extent. Who uses them enters and leaves; they are closed when nobody is inside.
final class ExtentFile {
    private static final int CLOSED = Integer.MIN_VALUE / 2;

    private final Path path;
    private final WriteMode mode;
    private final FileChannel reads;
    private final @Nullable CachedReads cached;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable FileChannel writes;
    private volatile @Nullable FileChannel directReads;
    /// Those inside, far below zero once closed.
    private final AtomicInteger users = new AtomicInteger();

    private volatile boolean closing;
    private final AtomicBoolean filesClosed = new AtomicBoolean();
    /// Since the last look at it.
    private volatile boolean touched = true;
    /// Writes that ended, and how many of them are flushed.
    private final AtomicLong written = new AtomicLong();

    private final AtomicLong flushed = new AtomicLong();

    ExtentFile(Path path, WriteMode mode, FileStore fileStore) throws IOException {
        this.path = path;
        this.mode = mode;
        this.reads = FileChannel.open(path, StandardOpenOption.READ);
        this.cached = CachedReads.open(path, fileStore);
    }

    /// Keeps the files open until {@link #leave}; false when they are closed.
    boolean enter() {
        if (users.incrementAndGet() <= 0) {
            leave();
            return false;
        }
        return true;
    }

    void leave() {
        if (users.decrementAndGet() == CLOSED && closing) {
            closeFiles();
        }
    }

    void touch() {
        if (!touched) {
            touched = true;
        }
    }

    /// Whether it was touched since this was asked last.
    boolean takeTouch() {
        boolean was = touched;
        touched = false;
        return was;
    }

    /// Closes the files unless somebody is inside or left something to flush.
    boolean tryClose() {
        if (!users.compareAndSet(0, CLOSED)) {
            return false;
        }
        if (flushed.get() != written.get()) {
            users.addAndGet(-CLOSED);
            return false;
        }
        closing = true;
        closeFiles();
        return true;
    }

    FileChannel reads() {
        return reads;
    }

    void write(long offsetBytes, ByteBuffer source) throws IOException {
        try {
            mode.write(writes(), offsetBytes, source);
        } finally {
            if (!mode.persistent()) {
                written.incrementAndGet();
            }
        }
    }

    private FileChannel writes() throws IOException {
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

    /// By somebody inside.
    void flush() throws IOException {
        long before = written.get();
        var channel = writes;
        if (channel != null && flushed.get() < before) {
            channel.force(false);
            flushed.accumulateAndGet(before, Math::max);
        }
    }

    /// Closes the files as soon as nobody is inside.
    void close() {
        closing = true;
        if (users.getAndAdd(CLOSED) == 0) {
            closeFiles();
        }
    }

    private void closeFiles() {
        if (!filesClosed.compareAndSet(false, true)) {
            return;
        }
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

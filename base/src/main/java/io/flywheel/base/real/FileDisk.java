package io.flywheel.base.real;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// A disk that is a folder with one file per extent, {@code extent-00000000} and so on. A file appears under
/// its name only once all its zeros are on the device, so later writes need no space and change no file system
/// metadata.
///
/// Where the file system allows it, writes are direct and return when they are persistent, and {@link #flush}
/// has nothing to do; otherwise they are buffered and flushed. Reads use the page cache. Calls that may wait
/// for the device run on the disk's own bounded set of platform threads when a virtual thread makes them, so
/// that a slow disk never holds the carriers of the rest; a read that the page cache can answer is answered on
/// the caller's thread. Of the extents used last it keeps the files open, four each at most; all disks of a
/// process share half of the descriptors that it may have.
public final class FileDisk implements Disk {
    private static final int ZEROS_BYTES = 4 << 20;

    private final Path folder;
    private final Geometry geometry;
    private final FileStore fileStore;
    private volatile long lastFreeBytes;
    private final WriteMode mode;
    private final ThreadPoolExecutor threads;
    private final OpenExtents files;
    private volatile boolean closed;

    private FileDisk(
            Path folder, Geometry geometry, FileStore fileStore, WriteMode mode, int threadCount, int openMax) {
        this.folder = folder;
        this.geometry = geometry;
        this.fileStore = fileStore;
        lastFreeBytes = freeBytes();
        this.mode = mode;
        this.files = new OpenExtents(this::path, mode, fileStore, geometry.extents(), openMax);
        this.threads = new ThreadPoolExecutor(
                threadCount,
                threadCount,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform()
                        .daemon()
                        .name("disk-" + folder.getFileName() + "-", 0)
                        .factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /// Opens the disk in {@code folder}, which must exist, with eight threads.
    /// @throws IOException when the folder cannot be used at all
    public static FileDisk open(Path folder, Geometry geometry) throws IOException {
        return open(folder, geometry, 8);
    }

    /// @param threadCount how many calls may wait for the device at once
    /// @throws IOException when the folder cannot be used at all
    public static FileDisk open(Path folder, Geometry geometry, int threadCount) throws IOException {
        return open(folder, geometry, threadCount, 0);
    }

    /// @param openMax of so many extents the files are open, or 0 for what suits the process
    static FileDisk open(Path folder, Geometry geometry, int threadCount, int openMax) throws IOException {
        check(threadCount > 0, "threadCount");
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + " is not a directory");
        }
        var mode = WriteMode.probe(folder, geometry.sectorBytes());
        return new FileDisk(folder, geometry, Files.getFileStore(folder), mode, threadCount, openMax);
    }

    @Override
    public Geometry geometry() {
        return geometry;
    }

    @Override
    public Io prepare(int extent) {
        return prepareStart(extent, geometry.extentBytes());
    }

    @Override
    public Io prepareStart(int extent, long bytes) {
        checkExtent(extent);
        check(bytes > 0 && bytes <= geometry.extentBytes(), "bytes of an extent");
        return prepared(extent) ? new Io.Done() : onDevice(() -> zero(extent, bytes));
    }

    @Override
    public boolean prepared(int extent) {
        checkExtent(extent);
        return files.peek(extent) != null || Files.exists(path(extent));
    }

    @Override
    public Io write(int extent, long offsetBytes, ByteBuffer source) {
        checkExtent(extent);
        int sector = geometry.sectorBytes();
        check(offsetBytes >= 0 && offsetBytes % sector == 0, "offset is aligned to the sector");
        check(source.remaining() % sector == 0, "length is a multiple of the sector");
        check(offsetBytes + source.remaining() <= geometry.extentBytes(), "write stays in the extent");
        return onFile(extent, file -> file.write(offsetBytes, source));
    }

    @Override
    public boolean readNow(int extent, long offsetBytes, ByteBuffer destination) {
        checkExtent(extent);
        check(
                offsetBytes >= 0 && offsetBytes + destination.remaining() <= geometry.extentBytes(),
                "read stays in the extent");
        var open = files.peek(extent);
        return open != null && open.readCached(offsetBytes, destination);
    }

    @Override
    public Io read(int extent, long offsetBytes, ByteBuffer destination) {
        if (readNow(extent, offsetBytes, destination)) {
            return new Io.Done();
        }
        return onFile(extent, file -> readFully(file.reads(), offsetBytes, destination));
    }

    @Override
    public Io readOnce(int extent, long offsetBytes, ByteBuffer destination) {
        if (!mode.isAligned(offsetBytes, destination)) {
            return read(extent, offsetBytes, destination);
        }
        checkExtent(extent);
        return onFile(extent, file -> readFully(file.directReads(), offsetBytes, destination));
    }

    @Override
    public Io flush() {
        if (mode.persistent()) {
            return new Io.Done();
        }
        return onDevice(() -> {
            files.flush();
            return new Io.Done();
        });
    }

    @Override
    public Io reset(int extent) {
        checkExtent(extent);
        return new Io.Done();
    }

    @Override
    public long freeBytes() {
        try {
            long free = fileStore.getUsableSpace();
            lastFreeBytes = free;
            return free;
        } catch (IOException e) {
            // The folder is gone, which is not being full: a write tells.
            return lastFreeBytes;
        }
    }

    @Override
    public String description() {
        return mode.description();
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdown();
        files.close();
        mode.close();
    }

    private Io zero(int extent, long bytes) throws IOException {
        var unfinished = folder.resolve(name(extent) + ".new");
        try {
            var zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS_BYTES, bytes));
            WriteMode.writeZeros(unfinished, bytes, geometry.extentBytes(), zeros);
            Files.move(unfinished, path(extent));
            WriteMode.flushFolder(folder);
            return new Io.Done();
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            if (isNoSpace(e)) {
                return new Io.NoSpace();
            }
            throw e;
        }
    }

    private static boolean isNoSpace(IOException e) {
        var message = String.valueOf(e.getMessage());
        return message.contains("No space left") || message.contains("quota exceeded");
    }

    private static void readFully(FileChannel channel, long offsetBytes, ByteBuffer destination) throws IOException {
        long at = offsetBytes;
        while (destination.hasRemaining()) {
            int count = channel.read(destination, at);
            if (count < 0) {
                throw new IOException("the extent's file ends at " + channel.size() + " bytes");
            }
            at += count;
        }
    }

    private interface FileCall {
        void run(ExtentFile file) throws IOException;
    }

    private Io onFile(int extent, FileCall call) {
        return onDevice(() -> {
            var file = files.enter(extent);
            try {
                call.run(file);
                return new Io.Done();
            } finally {
                file.leave();
            }
        });
    }

    private interface Call {
        Io run() throws IOException;
    }

    /// Runs on a platform thread that nobody interrupts: an interrupt would close the channel for everybody.
    private Io onDevice(Call call) {
        if (closed) {
            return new Io.Failed(new IOException("the disk is closed"));
        }
        try {
            return CompletableFuture.supplyAsync(() -> perform(call), threads).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException bug ? bug : e;
        }
    }

    private static Io perform(Call call) {
        try {
            return call.run();
        } catch (IOException e) {
            return isNoSpace(e) ? new Io.NoSpace() : new Io.Failed(e);
        }
    }

    private void checkExtent(int extent) {
        check(extent >= 0 && extent < geometry.extents(), "extent");
    }

    private Path path(int extent) {
        return folder.resolve(name(extent));
    }

    private static String name(int extent) {
        var digits = Integer.toString(extent);
        return "extent-" + "0".repeat(8 - Math.min(8, digits.length())) + digits;
    }
}

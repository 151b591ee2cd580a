package io.flywheel.base.real;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentLinkedQueue;

/// How writes reach the device: direct and persistent on return, or through the page cache until a flush.
final class WriteMode implements AutoCloseable {
    /// Looked up by name: the compiler warns, beyond suppression, where the code names it.
    private static final OpenOption DIRECT = direct();

    private static final int COPY_BYTES = 1 << 20;

    private final boolean direct;
    private final int alignmentBytes;
    private final String description;
    /// Aligned buffers for sources that are not; as many as there were such writes at once.
    private final ConcurrentLinkedQueue<ByteBuffer> aligned = new ConcurrentLinkedQueue<>();

    private WriteMode(boolean direct, int alignmentBytes, String description) {
        this.direct = direct;
        this.alignmentBytes = alignmentBytes;
        this.description = description;
    }

    /// Tries one direct write in {@code folder}.
    static WriteMode probe(Path folder, int sectorBytes) throws IOException {
        long blockBytes = Files.getFileStore(folder).getBlockSize();
        if (blockBytes <= 0 || sectorBytes % blockBytes != 0) {
            return new WriteMode(
                    false,
                    1,
                    "buffered writes and flush: the sector of " + sectorBytes
                            + " bytes is no multiple of the file system's block of " + blockBytes);
        }
        var file = folder.resolve("direct-write-probe");
        try {
            try (var channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.DSYNC, DIRECT)) {
                writeFully(channel, 0, alignedBuffer(sectorBytes, sectorBytes));
            } catch (IOException | UnsupportedOperationException e) {
                return new WriteMode(
                        false,
                        1,
                        "buffered writes and flush: the file system refuses direct writes: " + e.getMessage());
            }
        } finally {
            Files.deleteIfExists(file);
        }
        return new WriteMode(true, (int) blockBytes, "direct writes");
    }

    private static OpenOption direct() {
        try {
            for (var option :
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (option.toString().equals("DIRECT")) {
                    return (OpenOption) option;
                }
            }
            throw new IllegalStateException("this Java has no direct writes");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("the module jdk.unsupported is missing", e);
        }
    }

    String description() {
        return description;
    }

    /// Whether a write is persistent when it returns.
    boolean persistent() {
        return direct;
    }

    FileChannel open(Path file) throws IOException {
        return direct
                ? FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.DSYNC, DIRECT)
                : FileChannel.open(file, StandardOpenOption.WRITE);
    }

    /// Opens a file for reads past the page cache, of which all are {@link #isAligned}.
    FileChannel openForDirectReads(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, DIRECT);
    }

    /// Whether the device can be read straight into the buffer.
    boolean isAligned(long offsetBytes, ByteBuffer destination) {
        return direct
                && destination.isDirect()
                && offsetBytes % alignmentBytes == 0
                && destination.remaining() % alignmentBytes == 0
                && destination.alignmentOffset(destination.position(), alignmentBytes) == 0;
    }

    void write(FileChannel channel, long offsetBytes, ByteBuffer source) throws IOException {
        boolean copies =
                direct && !(source.isDirect() && source.alignmentOffset(source.position(), alignmentBytes) == 0);
        if (!copies) {
            writeFully(channel, offsetBytes, source);
            return;
        }
        var polled = aligned.poll();
        var copy = polled != null ? polled : alignedBuffer(COPY_BYTES, alignmentBytes);
        try {
            long at = offsetBytes;
            while (source.hasRemaining()) {
                int length = Math.min(source.remaining(), COPY_BYTES);
                copy.clear().put(source.slice(source.position(), length)).flip();
                source.position(source.position() + length);
                writeFully(channel, at, copy);
                at += length;
            }
        } finally {
            aligned.add(copy);
        }
    }

    /// Creates the file with so many real zeros, and its length, persistent on return.
    static void writeZeros(Path file, long bytes, long lengthBytes, ByteBuffer zeros) throws IOException {
        try (var channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (long at = 0; at < bytes; ) {
                int length = (int) Math.min(zeros.capacity(), bytes - at);
                writeFully(channel, at, zeros.slice(0, length));
                at += length;
            }
            if (bytes < lengthBytes) {
                writeFully(channel, lengthBytes - 1, zeros.slice(0, 1));
            }
            channel.force(true);
        }
    }

    /// Makes the names in the folder persistent.
    static void flushFolder(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void writeFully(FileChannel channel, long offsetBytes, ByteBuffer source) throws IOException {
        long at = offsetBytes;
        while (source.hasRemaining()) {
            at += channel.write(source, at);
        }
    }

    private static ByteBuffer alignedBuffer(int bytes, int alignmentBytes) {
        return ByteBuffer.allocateDirect(bytes + alignmentBytes)
                .alignedSlice(alignmentBytes)
                .limit(bytes)
                .slice();
    }

    @Override
    public void close() {
        aligned.clear();
    }
}

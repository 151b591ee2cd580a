package io.flywheel.base;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The port for one disk: a bounded number of extents of equal size, each written from its start to its end and then
/// reset. Who writes keeps the write pointers; the disk keeps bytes. Thread-safe; calls on one extent may overlap.
///
/// A write is persistent once a {@link #flush} that began after the write returned has returned {@link Io.Done}; until
/// then a crash may lose it or keep any of its sectors. A sector that was flushed is never written again before
/// {@link #reset}: so a torn write can never hurt what was acknowledged. Every buffer is consumed from its position to
/// its limit; on failure its position is unspecified.
public interface Disk extends AutoCloseable {
    /// @param extents how many extents the disk may have
    /// @param extentBytes bytes of an extent, a multiple of {@code sectorBytes}
    /// @param sectorBytes the unit of writing: offset and length of each write are multiples of it
    record Geometry(int extents, long extentBytes, int sectorBytes) {
        public Geometry {
            Check.check(extents > 0, "extents");
            Check.check(sectorBytes > 0 && Integer.bitCount(sectorBytes) == 1, "sectorBytes is a power of two");
            Check.check(extentBytes > 0 && extentBytes % sectorBytes == 0, "extentBytes is a multiple of sectorBytes");
        }
    }

    /// What a call on a disk came to.
    sealed interface Io {
        record Done() implements Io {}

        /// The space below is used up; nothing that was written before is hurt.
        record NoSpace() implements Io {}

        /// The disk failed; after a failed flush nobody may trust what was not flushed before (fence the disk).
        record Failed(IOException cause) implements Io {}

        default boolean done() {
            return this instanceof Done;
        }
    }

    Geometry geometry();

    /// Makes the space of an extent real (zeroed once), so that later writes into it need no new space. Idempotent.
    Io prepare(int extent);

    /// Prepares an extent of which only so many bytes from its start will ever be written: where it can, it takes no
    /// space for the rest, which reads as zeros.
    default Io prepareStart(int extent, long bytes) {
        return prepare(extent);
    }

    /// Whether the extent was ever prepared, also before a restart.
    boolean prepared(int extent);

    /// Writes {@code source} at {@code offsetBytes}; both aligned to the sector. The buffer need not be direct; a
    /// direct buffer aligned to the sector is written without a copy.
    Io write(int extent, long offsetBytes, ByteBuffer source);

    /// Fills {@code destination} from {@code offsetBytes}, unaligned. What was never written since the extent was
    /// prepared reads as zeros.
    Io read(int extent, long offsetBytes, ByteBuffer destination);

    /// Reads as {@link #read} does where that takes no waiting for the device, because memory holds the
    /// bytes; callable where nobody may wait. False, with the buffer as it was, in every other case.
    default boolean readNow(int extent, long offsetBytes, ByteBuffer destination) {
        return false;
    }

    /// Reads as {@link #read} does, for who reads a lot of bytes once: where it can, past the caches, so that these
    /// keep what is read more often. A direct buffer, offset and length that are aligned to the sector make it can.
    default Io readOnce(int extent, long offsetBytes, ByteBuffer destination) {
        return read(extent, offsetBytes, destination);
    }

    /// Makes every write that returned before this call persistent.
    Io flush();

    /// Allows the extent to be written from its start again. Its old bytes may still be read until they are
    /// overwritten.
    Io reset(int extent);

    /// Bytes that the file system below could still give, beyond the prepared extents.
    long freeBytes();

    /// How this disk reaches the device, for the operator, for example {@code "direct writes"} or
    /// {@code "buffered writes and flush: the file system refuses O_DIRECT"}.
    String description();

    /// Releases files and threads; does not flush.
    @Override
    void close();
}

package io.flywheel.shardstore.checks;

import io.flywheel.base.Disk;
import io.flywheel.base.Tasks;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/// Disks with a bug of the layer between engine and device.
final class PlantedDisks {
    private PlantedDisks() {}

    /// A cache of whole reads that is not drained when an extent is reset.
    static final class StaleCache extends ForwardingDisk {
        private final Map<Place, byte[]> cache = new HashMap<>();

        private record Place(int extent, long offsetBytes, int length) {}

        StaleCache(Disk disk) {
            super(disk);
        }

        @Override
        public Io read(int extent, long offsetBytes, ByteBuffer destination) {
            var place = new Place(extent, offsetBytes, destination.remaining());
            var cached = cache.get(place);
            if (cached != null) {
                destination.put(cached);
                return new Io.Done();
            }
            int start = destination.position();
            var io = super.read(extent, offsetBytes, destination);
            // Superblocks and what is read from an extent's start go around the cache.
            if (io.done() && offsetBytes > 0 && extent > 1) {
                var bytes = new byte[place.length()];
                destination.get(start, bytes);
                cache.put(place, bytes);
            }
            return io;
        }
    }

    /// Every other flush does nothing.
    static final class SkippedFlush extends ForwardingDisk {
        private int flushes;

        SkippedFlush(Disk disk) {
            super(disk);
        }

        @Override
        public Io flush() {
            return flushes++ % 2 == 0 ? super.flush() : new Io.Done();
        }
    }

    /// A flush that finds another one on its way returns at once, though that one began before the last write.
    static final class SharedFlush extends ForwardingDisk {
        private boolean flushing;

        SharedFlush(Disk disk) {
            super(disk);
        }

        @Override
        public Io flush() {
            if (flushing) {
                return new Io.Done();
            }
            flushing = true;
            var io = super.flush();
            flushing = false;
            return io;
        }
    }

    /// The disk does not hear of resets: the engine's write pointer is at the start, the disk's at the end.
    static final class ForgottenReset extends ForwardingDisk {
        ForgottenReset(Disk disk) {
            super(disk);
        }

        @Override
        public Io reset(int extent) {
            return extent > 1 ? new Io.Done() : super.reset(extent);
        }
    }

    /// The superblock does not count mounts, so that the incarnations of one life come again in the next.
    static final class ForgottenMount extends ForwardingDisk {
        private static final int MOUNT_AT = 52;
        private static final int CRC_AT = 508;

        ForgottenMount(Disk disk) {
            super(disk);
        }

        @Override
        public Io write(int extent, long offsetBytes, ByteBuffer source) {
            if (extent > 1) {
                return super.write(extent, offsetBytes, source);
            }
            var copy = ByteBuffer.allocate(source.remaining()).order(ByteOrder.LITTLE_ENDIAN);
            copy.put(source).flip();
            copy.putInt(MOUNT_AT, 1);
            var crc = new CRC32C();
            crc.update(copy.slice(0, CRC_AT));
            copy.putInt(CRC_AT, (int) crc.getValue());
            return super.write(extent, offsetBytes, copy);
        }
    }

    /// Each write takes two buffers of a pool of two, one after the other.
    static final class SmallPool extends ForwardingDisk {
        private final Tasks.Queue<Integer> pool;

        SmallPool(Disk disk, Tasks tasks) {
            super(disk);
            pool = tasks.queue(2);
            pool.offer(1);
            pool.offer(2);
        }

        @Override
        public Io write(int extent, long offsetBytes, ByteBuffer source) {
            int header = pool.take().orElseThrow();
            int data = pool.take().orElseThrow();
            var io = super.write(extent, offsetBytes, source);
            pool.offer(header);
            pool.offer(data);
            return io;
        }
    }
}

package io.flywheel.bench;

import io.flywheel.base.Disk;
import io.flywheel.base.Tasks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Copies bytes from one disk to another through their ports, without engines: the least that making a disk's shards
/// anew costs where they could simply be copied. As many pieces at once as repair makes shards, and a flush for each.
final class RawCopy {
    private static final int READ_BYTES = 256 << 10;
    private static final int COPIES_AT_ONCE = 4;

    private final Disk from;
    private final Disk to;
    private final Tasks tasks;

    RawCopy(Disk from, Disk to, Tasks tasks) {
        this.from = from;
        this.to = to;
        this.tasks = tasks;
    }

    /// Writes so many extents, which {@link #run} copies.
    void fill(int extents) {
        var bytes = aligned();
        for (int extent = 0; extent < extents; extent++) {
            require(from.prepare(extent));
            require(to.prepare(extent));
            for (long at = 0; at < from.geometry().extentBytes(); at += READ_BYTES) {
                require(from.write(extent, at, bytes.clear()));
            }
        }
        require(from.flush());
    }

    /// @param pieceBytes copied between two flushes
    Sample run(int extents, int pieceBytes) {
        for (int extent = 0; extent < extents; extent++) {
            require(to.reset(extent));
        }
        return Sample.here(pieceBytes, () -> {
            var copying = new ArrayList<Tasks.Task>();
            for (int worker = 0; worker < COPIES_AT_ONCE; worker++) {
                int first = worker;
                copying.add(tasks.start("copy", () -> {
                    var buffer = aligned();
                    for (int extent = first; extent < extents; extent += COPIES_AT_ONCE) {
                        copy(extent, pieceBytes, buffer);
                    }
                }));
            }
            copying.forEach(Tasks.Task::join);
            return extents * from.geometry().extentBytes() / pieceBytes;
        });
    }

    private void copy(int extent, int pieceBytes, ByteBuffer buffer) {
        for (long at = 0; at < from.geometry().extentBytes(); at += READ_BYTES) {
            require(from.read(extent, at, buffer.clear()));
            require(to.write(extent, at, buffer.flip()));
            if ((at + READ_BYTES) % pieceBytes == 0) {
                require(to.flush());
            }
        }
    }

    private static ByteBuffer aligned() {
        return ByteBuffer.allocateDirect(READ_BYTES + 4096).alignedSlice(4096).slice(0, READ_BYTES);
    }

    private static void require(Disk.Io io) {
        if (!io.done()) {
            throw new IllegalStateException(List.of(io).toString());
        }
    }
}

package io.flywheel.server;

import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.Tasks;
import io.flywheel.base.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// A small file with a copy on every disk, of which the newest counts: what is convenient to have after a disk was
/// lost, and may be out of date. A copy:
///
/// ```
///   number u64, greater with every change | the bytes | CRC32C of all before u32
/// ```
final class SharedNote implements WholeFile {
    private static final int FRAME_BYTES = 12;

    /// How long a disk is waited for; one that takes longer is left out until it is done.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int THREADS = 4;

    private final Supplier<SortedMap<DiskId, WholeFile>> copies;
    private final Tasks tasks;
    private final Tasks.BlockingPool pool;
    private final Set<DiskId> busy = new ConcurrentSkipListSet<>();
    private long number;

    /// @param name of the threads that write
    /// @param copies where it has a copy on the disks that are here now
    SharedNote(String name, Supplier<SortedMap<DiskId, WholeFile>> copies, Tasks tasks) {
        this.copies = copies;
        this.tasks = tasks;
        pool = tasks.pool("note-" + name, THREADS);
    }

    private record Copy(long number, byte[] bytes) {}

    @Override
    public Read read(int bytesMax) {
        var newest = copies.get().values().stream()
                .flatMap(file -> file.read(bytesMax + FRAME_BYTES) instanceof Read.Whole(var framed)
                        ? unframed(framed).stream()
                        : Stream.empty())
                .max(Comparator.comparingLong(Copy::number));
        newest.ifPresent(copy -> number = Math.max(number, copy.number()));
        return newest.<Read>map(copy -> new Read.Whole(copy.bytes())).orElseGet(Read.Missing::new);
    }

    /// Done when one disk has it.
    @Override
    public Disk.Io replace(byte[] bytes) {
        byte[] framed = framed(++number, bytes);
        var writes = new ArrayList<Tasks.Promise<Disk.Io>>();
        copies.get().forEach((disk, file) -> {
            if (busy.add(disk)) {
                Tasks.Promise<Disk.Io> written = tasks.promise();
                writes.add(written);
                tasks.start("write note", () -> {
                    Disk.Io io = tasks.blocking(pool, () -> file.replace(framed));
                    busy.remove(disk);
                    written.complete(io);
                });
            }
        });
        boolean done = false;
        for (var written : writes) {
            done |= written.await(PATIENCE).map(Disk.Io::done).orElse(false);
        }
        return done ? new Disk.Io.Done() : new Disk.Io.Failed(new IOException("no disk takes it"));
    }

    void close() {
        pool.close();
    }

    private static byte[] framed(long number, byte[] bytes) {
        var out =
                ByteBuffer.allocate(bytes.length + FRAME_BYTES).putLong(number).put(bytes);
        return out.putInt(crc(out.array())).array();
    }

    /// Empty for anything that was not written so.
    private static Optional<Copy> unframed(byte[] framed) {
        if (framed.length < FRAME_BYTES) {
            return Optional.empty();
        }
        var in = ByteBuffer.wrap(framed);
        if (in.getInt(framed.length - 4) != crc(framed)) {
            return Optional.empty();
        }
        long number = in.getLong();
        byte[] bytes = new byte[framed.length - FRAME_BYTES];
        in.get(bytes);
        return Optional.of(new Copy(number, bytes));
    }

    private static int crc(byte[] framed) {
        var crc = new CRC32C();
        crc.update(framed, 0, framed.length - 4);
        return (int) crc.getValue();
    }
}

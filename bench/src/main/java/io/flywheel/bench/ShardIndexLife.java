package io.flywheel.bench;

import io.flywheel.base.BlockId;
import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;

/// One life of a store with a large index, in a process of its own: {@code make}, {@code open} or {@code crash},
/// the folder, and how many shards the index has. Prints what it measured as the last line.
final class ShardIndexLife {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(8_000, 64 << 20, 4096);
    private static final UUID ID = new UUID(1, 2);
    private static final int LOOKUPS = 20_000;
    private static final int CRASH_PUTS = 120_000;

    /// @param openSeconds of the call that opened the disk
    /// @param lookupMicros the mean of looking up shards drawn at random
    record Measured(double openSeconds, double lookupMicros, long residentBytesPeak) {
        static Measured parse(String line) {
            var parts = line.split(" ", -1);
            return new Measured(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]), Long.parseLong(parts[2]));
        }
    }

    private ShardIndexLife() {}

    public static void main(String[] args) throws Exception {
        long shards = Long.parseLong(args[2]);
        var disk = FileDisk.open(Files.createDirectories(Path.of(args[1])), GEOMETRY);
        long begin = System.nanoTime();
        var opened = DiskShardStore.open(disk, new ThreadTasks(), Options.of(ID, true, GEOMETRY));
        double openSeconds = (System.nanoTime() - begin) / 1e9;
        if (!(opened instanceof Opened.Ok(var store, var _))) {
            throw new IllegalStateException(opened.toString());
        }
        double lookupMicros = 0;
        switch (args[0]) {
            case "make" -> make(store, shards);
            case "open" -> lookupMicros = lookUp(store, shards);
            case "crash" -> write(store);
            default -> throw new IllegalArgumentException(args[0]);
        }
        System.out.println(String.format(Locale.ROOT, "%.3f %.1f %d", openSeconds, lookupMicros, residentBytesPeak()));
        System.out.flush();
        if (args[0].equals("crash")) {
            Runtime.getRuntime().halt(0);
        }
        store.close();
        disk.close();
    }

    private static void make(ShardStore store, long shards) {
        if (!((DiskShardStore) store).synthesise(shards)) {
            throw new IllegalStateException("the disk is too full for the index");
        }
    }

    private static double lookUp(ShardStore store, long shards) {
        var random = new SplittableRandom(1);
        long begin = System.nanoTime();
        for (int lookup = 0; lookup < LOOKUPS; lookup++) {
            if (store.length(DiskShardStore.synthesised(random.nextLong(shards)))
                    .isEmpty()) {
                throw new IllegalStateException("a shard is missing");
            }
        }
        return (System.nanoTime() - begin) / 1e3 / LOOKUPS;
    }

    /// Leaves as much log behind as a crash finds at most: the next checkpoint is almost due.
    private static void write(ShardStore store) {
        var value = ByteBuffer.allocate(700);
        ShardStore.Sealed last = store.flush();
        for (int put = 0; put < CRASH_PUTS; put++) {
            last = store.put(new ShardId(new BlockId(Integer.MAX_VALUE, 1, put), 0), value.duplicate());
        }
        if (!(last.await() instanceof io.flywheel.shardstore.Persisted.Safe)) {
            throw new IllegalStateException("puts were lost");
        }
    }

    private static long residentBytesPeak() throws Exception {
        for (var line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new IllegalStateException("no VmHWM");
    }
}

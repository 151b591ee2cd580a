package io.flywheel.shardstore.checks;

import io.flywheel.base.Disk;
import io.flywheel.base.simulated.Schedule;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.IndexUnreadable;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.ShardStore;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// A small disk that was used for a while, as a file: what a version of the software wrote, kept so that later ones can
/// be shown it. The values follow from the keys, so the file needs no list of them.
final class GoldenDisk {
    static final Shape SHAPE = Shape.TINY;
    private static final int KEYS = 48;

    private GoldenDisk() {}

    /// Every fifth key is deleted, every third a stream.
    private static boolean isDeleted(int key) {
        return key % 5 == 4;
    }

    private static int bytes(int key) {
        return 1 + key * 97 % 1_500;
    }

    /// Uses a blank disk: two orderly lives, and a third that ends without a shutdown when {@code crashes}.
    static SimulatedDisk make(boolean crashes) {
        var disk = new SimulatedDisk(SHAPE.geometry());
        var values = new Values();
        for (int life = 0; life < 3; life++) {
            int from = life * KEYS / 3;
            use(disk, values, from, from + KEYS / 3, life < 2 || !crashes);
            disk = disk.crashDroppingUnflushed();
        }
        return disk;
    }

    private static void use(SimulatedDisk disk, Values values, int from, int to, boolean shutsDown) {
        var simulation = new Simulation(from, new Schedule.InTurn());
        simulation.runUntilCrash(() -> {
            var store = open(disk, simulation);
            for (int key = from; key < to; key++) {
                put(store, key, values);
                if (isDeleted(key)) {
                    store.delete(Values.shard(key));
                }
                if (key % 8 == 7) {
                    store.reclaim();
                }
            }
            store.flush().await();
            if (shutsDown) {
                store.close();
            }
            return true;
        });
    }

    private static ShardStore open(Disk disk, Simulation simulation) {
        if (DiskShardStore.open(disk, simulation.tasks(), SHAPE.options()) instanceof Opened.Ok(var store, var _)) {
            return store;
        }
        throw new IllegalStateException("a disk that was just written is refused");
    }

    private static void put(ShardStore store, int key, Values values) {
        var value = values.create(key, bytes(key));
        if (value == null) {
            throw new IllegalStateException("key " + key + " twice");
        }
        if (key % 3 > 0) {
            store.put(Values.shard(key), ByteBuffer.wrap(value));
            return;
        }
        try (var writer = store.open(Values.shard(key))) {
            writer.append(ByteBuffer.wrap(value));
            writer.seal();
        }
    }

    /// Throws when the store does not hold exactly what {@link #make} wrote.
    static void check(ShardStore store) {
        var values = new Values();
        for (int key = 0; key < KEYS; key++) {
            var value = values.create(key, bytes(key));
            var read = ByteBuffer.allocate(bytes(key));
            boolean found = store.get(Values.shard(key), 0, read) instanceof ShardStore.Read.Found;
            if (found == isDeleted(key) || (found && !read.flip().equals(ByteBuffer.wrap(value)))) {
                throw new CheckFailure("key " + key + " is not what it was");
            }
        }
    }

    /// Throws when the store serves a byte that was never written, or lists a key that never was.
    static void readAll(ShardStore store) {
        var values = new Values();
        for (int key = 0; key < KEYS; key++) {
            var value = values.create(key, bytes(key));
            var read = ByteBuffer.allocate(bytes(key));
            boolean found = store.get(Values.shard(key), 0, read) instanceof ShardStore.Read.Found;
            if (found && !read.flip().equals(ByteBuffer.wrap(value))) {
                throw new CheckFailure("a wrong byte of key " + key);
            }
        }
        try {
            for (var shard : store.list(Values.shard(0), Integer.MAX_VALUE)) {
                if (values.find(Values.key(shard)) == null && Values.key(shard) != 1_000) {
                    throw new CheckFailure(shard + " was never written");
                }
            }
        } catch (IndexUnreadable unreadable) {
            // The store says so, and that is all that is asked of it.
        }
    }

    static byte[] encode(SimulatedDisk disk) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(new GZIPOutputStream(bytes))) {
            var geometry = disk.geometry();
            for (int extent = 0; extent < geometry.extents(); extent++) {
                var content = disk.bytes(extent);
                out.writeBoolean(content.isPresent());
                if (content.isPresent()) {
                    out.write(content.get());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static SimulatedDisk decode(InputStream file) {
        var extents = new ArrayList<Optional<byte[]>>();
        try (var in = new DataInputStream(new GZIPInputStream(file))) {
            for (int extent = 0; extent < SHAPE.geometry().extents(); extent++) {
                extents.add(
                        in.readBoolean()
                                ? Optional.of(
                                        in.readNBytes((int) SHAPE.geometry().extentBytes()))
                                : Optional.empty());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return SimulatedDisk.of(SHAPE.geometry(), List.copyOf(extents));
    }
}

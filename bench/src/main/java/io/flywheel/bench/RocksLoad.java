package io.flywheel.bench;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// The same values in RocksDB with blob files: one writer takes whatever waits as one batch with a synced log, which
/// is its best; collection of blobs is on, compression off.
final class RocksLoad implements AutoCloseable {
    private static final int KEY_BYTES = Integer.BYTES + Long.BYTES;
    private static final int BATCH_BYTES_MAX = 4 << 20;
    private static final long READ_BYTES = 256 << 20;
    /// As many keys are used over and over, so that what is overwritten becomes garbage.
    private static final long HELD_BYTES = 1 << 30;

    static {
        RocksDB.loadLibrary();
    }

    private final Options options = new Options()
            .setCreateIfMissing(true)
            .setEnableBlobFiles(true)
            .setMinBlobSize(1024)
            .setEnableBlobGarbageCollection(true)
            .setCompressionType(CompressionType.NO_COMPRESSION)
            .setMaxBackgroundJobs(2);
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final ReadOptions reads = new ReadOptions();
    private final RocksDB database;
    private final ByteBuffer readKey = ByteBuffer.allocateDirect(KEY_BYTES);
    private long next;

    RocksLoad(Path folder) throws RocksDBException {
        database = RocksDB.open(options, folder.toString());
    }

    Sample put(int bytes, int callers, Duration duration) throws Exception {
        var value = new byte[bytes];
        new Random(bytes).nextBytes(value);
        return GroupCommits.run(callers, bytes, BATCH_BYTES_MAX / bytes, duration, count -> write(value, count));
    }

    private void write(byte[] value, int count) {
        try (var batch = new WriteBatch()) {
            for (int number = 0; number < count; number++) {
                batch.put(key(next++ % (HELD_BYTES / value.length), value.length), value);
            }
            database.write(synced, batch);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    /// One caller reads whole values at random, checksums verified, files in the page cache.
    Sample get(int bytes, Duration duration) throws Exception {
        int values = (int) (READ_BYTES / bytes);
        next = 0;
        var value = new byte[bytes];
        for (int left = values; left > 0; left -= BATCH_BYTES_MAX / bytes) {
            write(value, Math.min(left, BATCH_BYTES_MAX / bytes));
        }
        var destination = ByteBuffer.allocateDirect(bytes);
        for (int number = 0; number < values; number++) {
            read(number, destination);
        }
        var random = new Random(1);
        long end = System.nanoTime() + duration.toNanos();
        return Sample.here(bytes, () -> {
            long count = 0;
            while (System.nanoTime() < end) {
                read(random.nextInt(values), destination);
                count++;
            }
            return count;
        });
    }

    private void read(long number, ByteBuffer destination) {
        readKey.clear().putInt(destination.capacity()).putLong(number).flip();
        try {
            if (database.get(reads, readKey, destination.clear()) != destination.capacity()) {
                throw new IllegalStateException("a value is missing");
            }
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] key(long number, int bytes) {
        return ByteBuffer.allocate(KEY_BYTES).putInt(bytes).putLong(number).array();
    }

    @Override
    public void close() {
        database.close();
        reads.close();
        synced.close();
        options.close();
    }
}

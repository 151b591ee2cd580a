package io.flywheel.namespace.rocks;

import io.flywheel.namespace.keyvalue.Changes;
import io.flywheel.namespace.keyvalue.Cursor;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.keyvalue.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// The tables as column families of one RocksDB without a write-ahead log. Closing waits for calls in flight;
/// later ones fail in an orderly way (a call into a closed database would crash the process).
final class RocksKeyValues implements KeyValues {
    private final RocksOptions options;
    private final RocksDB database;
    private final ColumnFamilyHandle[] tables;
    private final ReadOptions reading = new ReadOptions();
    private final ReadOptions peeking = new ReadOptions().setReadTier(ReadTier.BLOCK_CACHE_TIER);
    private final WriteOptions writing = new WriteOptions().setDisableWAL(true);
    private final FlushOptions flushing = new FlushOptions().setWaitForFlush(true);
    private final Gate gate = new Gate();
    private final Checkpoints checkpoints;

    private RocksKeyValues(
            RocksOptions options, RocksDB database, ColumnFamilyHandle[] tables, Checkpoints checkpoints) {
        this.options = options;
        this.database = database;
        this.tables = tables;
        this.checkpoints = checkpoints;
    }

    static RocksKeyValues open(Path state, Checkpoints checkpoints) throws RocksDBException {
        RocksDB.loadLibrary();
        RocksOptions options = new RocksOptions();
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options.table(Table.META)));
        for (Table table : Table.values()) {
            descriptors.add(
                    new ColumnFamilyDescriptor(table.name().getBytes(StandardCharsets.US_ASCII), options.table(table)));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        DBOptions databaseOptions = options.database();
        try {
            RocksDB database = RocksDB.open(databaseOptions, state.toString(), descriptors, handles);
            return new RocksKeyValues(options, database, handles.toArray(ColumnFamilyHandle[]::new), checkpoints);
        } catch (RocksDBException e) {
            options.close();
            throw e;
        }
    }

    @SuppressWarnings("EnumOrdinal") // within one process
    private ColumnFamilyHandle family(Table table) {
        return tables[table.ordinal() + 1];
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        gate.enter();
        try {
            return database.get(family(table), reading, key);
        } catch (RocksDBException e) {
            throw broken("read", e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public byte @Nullable [] peek(Table table, byte[] key) {
        gate.enter();
        try {
            return database.get(family(table), peeking, key);
        } catch (RocksDBException e) {
            if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete) {
                return NOT_IN_MEMORY;
            }
            throw broken("read", e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public Cursor cursor(Table table, byte[] lower, byte[] upper) {
        gate.enter();
        return new RocksCursor(table, upper);
    }

    @Override
    public void write(Changes changes) {
        gate.enter();
        try (WriteBatch batch = new WriteBatch()) {
            changes.forEach(new Changes.Sink() {
                @Override
                public void put(Table table, byte[] key, byte[] value) {
                    try {
                        batch.put(family(table), key, value);
                    } catch (RocksDBException e) {
                        throw broken("write", e);
                    }
                }

                @Override
                public void remove(Table table, byte[] key) {
                    try {
                        batch.delete(family(table), key);
                    } catch (RocksDBException e) {
                        throw broken("write", e);
                    }
                }
            });
            database.write(writing, batch);
        } catch (RocksDBException e) {
            throw broken("write", e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public void checkpoint(long position) {
        gate.enter();
        try {
            database.flush(flushing, List.of(tables));
            checkpoints.take(database, position);
        } catch (RocksDBException | IOException e) {
            throw broken("checkpoint", e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public void close() {
        if (!gate.close()) {
            return;
        }
        for (ColumnFamilyHandle table : tables) {
            table.close();
        }
        database.close();
        reading.close();
        peeking.close();
        writing.close();
        flushing.close();
        options.close();
    }

    private static Broken broken(String what, Exception cause) {
        return new Broken("the namespace's tables failed to " + what + ": " + cause.getMessage(), cause);
    }

    /// Its options outlive the iterator, the gate is held as long as it is open.
    private final class RocksCursor implements Cursor {
        private final Slice bound;
        private final ReadOptions bounded;
        private final RocksIterator iterator;

        RocksCursor(Table table, byte[] upper) {
            bound = new Slice(upper);
            bounded = new ReadOptions().setIterateUpperBound(bound);
            iterator = database.newIterator(family(table), bounded);
        }

        @Override
        public boolean seek(byte[] target) {
            iterator.seek(target);
            return valid();
        }

        @Override
        public boolean next() {
            iterator.next();
            return valid();
        }

        private boolean valid() {
            if (iterator.isValid()) {
                return true;
            }
            try {
                iterator.status();
                return false;
            } catch (RocksDBException e) {
                throw broken("read", e);
            }
        }

        @Override
        public byte[] key() {
            return iterator.key();
        }

        @Override
        public byte[] value() {
            return iterator.value();
        }

        @Override
        public void close() {
            iterator.close();
            bounded.close();
            bound.close();
            gate.leave();
        }
    }
}

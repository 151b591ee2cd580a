package io.flywheel.namespace.rocks;

import io.flywheel.namespace.keyvalue.Table;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksObject;
import org.rocksdb.TablePropertiesCollectorFactory;

/// RocksDB's options, small: the whole process has 512 MiB. To be closed after the database.
final class RocksOptions implements AutoCloseable {
    private static final long BLOCK_CACHE_BYTES = 48L << 20;
    private static final long WRITE_BUFFERS_BYTES = 64L << 20;
    private static final long WRITE_BUFFER_BYTES = 32L << 20;

    private final List<RocksObject> owned = new ArrayList<>();
    private final Cache cache = own(new LRUCache(BLOCK_CACHE_BYTES, 4, false, 0.3));
    private final BloomFilter filter = own(new BloomFilter(10, false));

    private <T extends RocksObject> T own(T object) {
        owned.add(object);
        return object;
    }

    DBOptions database() {
        return own(new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                // There is no write-ahead log: a flush takes all tables at one moment, or none.
                .setAtomicFlush(true)
                .setDbWriteBufferSize(WRITE_BUFFERS_BYTES)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(512)
                .setBytesPerSync(1 << 20)
                .setAvoidFlushDuringShutdown(true)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setMaxLogFileSize(1 << 20)
                .setStatsDumpPeriodSec(0));
    }

    ColumnFamilyOptions table(Table table) {
        BlockBasedTableConfig blocks = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                // A seek looks at the block of the one file that holds the next key, not of every file.
                .setIndexType(IndexType.kBinarySearchWithFirstKey)
                .setBlockSize(8 << 10)
                .setFilterPolicy(filter)
                .setFormatVersion(6);
        // What deletes leave behind is compacted away before listings have to walk over it.
        Options base = own(new Options());
        base.setTablePropertiesCollectorFactory(
                List.of(own(TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(4096, 1024, 0.25))));
        ColumnFamilyOptions options = own(new ColumnFamilyOptions(base)
                .setTableFormatConfig(blocks)
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setMaxWriteBufferNumber(3)
                .setArenaBlockSize(64 << 10)
                .setTargetFileSizeBase(16 << 20)
                .setMaxBytesForLevelBase(64 << 20)
                .setCompressionType(CompressionType.LZ4_COMPRESSION));
        if (table == Table.PAYLOADS) {
            // Mostly keyed by rising positions: files move down the levels as they are, values are written once. (Blob
            // files cost more: every one is checked by a slow CRC when it is written, read and collected.)
            options.setCompressionType(CompressionType.NO_COMPRESSION);
        }
        return options;
    }

    @Override
    public void close() {
        owned.reversed().forEach(RocksObject::close);
    }
}

package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/// Writes the index where a restart finds it, and keeps its tables in shape. A checkpoint cuts the log, writes the
/// changes before the cut as tables, then the list of all tables and extents; merging tables writes that list anew
/// for the same cut. All pages go through the log, so they are persistent only after everything they mention; then
/// the superblock names the last page of the list, and only then are the new tables used and the old ones garbage.
final class Checkpoints {
    private static final System.Logger LOG = System.getLogger(Checkpoints.class.getName());
    /// So many full memtables may wait to be written.
    private static final int BEHIND = 4;
    /// Bytes that an entry takes in a small table, about.
    private static final int ENTRY_BYTES = 64;

    private final Disk disk;
    private final Log log;
    private final PageLog pageLog;
    private final Index index;
    private final TableReader reader;
    private final ExtentTable extents;
    private final Superblocks superblocks;
    private final Options options;
    private final Tasks.Mutex writing;
    private final CheckpointList list;
    private Cut cut;
    private List<Locator> pages;
    /// The log before this incarnation is covered by the checkpoint on the disk.
    private long coveredIncarnation;
    private boolean failed;
    private volatile boolean wantsCompaction;
    /// The clean checkpoint was begun: anything later would be written behind the end that it names.
    private boolean ended;
    /// Tables that cannot be read, and why: they stay as they are.
    private final Map<Table, String> damaged = new LinkedHashMap<>();

    /// The state of the log that tables are for.
    ///
    /// @param segments the log after it
    /// @param extents those that were not free
    /// @param appendedBytes what had been appended
    record Cut(List<Superblock.Segment> segments, List<CheckpointPage.ExtentState> extents, long appendedBytes) {
        Cut {
            segments = List.copyOf(segments);
            extents = List.copyOf(extents);
        }
    }

    /// @param pages of the checkpoint on the disk
    /// @param cut of the checkpoint on the disk
    Checkpoints(
            Disk disk,
            Tasks tasks,
            Log log,
            Index index,
            TableReader reader,
            ExtentTable extents,
            Superblocks superblocks,
            List<Locator> pages,
            Cut cut,
            Options options) {
        this.disk = disk;
        this.log = log;
        this.pageLog = new PageLog(log, extents);
        this.index = index;
        this.reader = reader;
        this.extents = extents;
        this.superblocks = superblocks;
        this.options = options;
        this.writing = tasks.mutex();
        this.list = new CheckpointList(pageLog, options.pieceBytesMax());
        this.pages = List.copyOf(pages);
        this.cut = cut;
        this.coveredIncarnation = cut.segments().getFirst().from().incarnation();
        planCompaction();
    }

    /// Extents of a lower incarnation are not needed to recover. With the log's mutex held.
    long coveredIncarnation() {
        return coveredIncarnation;
    }

    /// Bytes of log since the last checkpoint. With the log's mutex held.
    long uncoveredBytes() {
        return log.appendedBytes() - cut.appendedBytes();
    }

    /// Bytes of the list of extents and tables that an extent holds. With the log's mutex held.
    long listBytes(int extent) {
        long bytes = 0;
        for (var page : pages) {
            bytes += page.extent() == extent ? page.frameBytes() : 0;
        }
        return bytes;
    }

    /// Whether a checkpoint should be written. With the log's mutex held.
    boolean isDue() {
        return uncoveredBytes() >= options.checkpointBytes()
                || index.activeEntries() >= options.index().memtableEntries();
    }

    /// Bytes that a checkpoint would append now, about. With the log's mutex held.
    long bytesNeeded() {
        var geometry = disk.geometry();
        long tables = ENTRY_BYTES * (long) index.unflushedEntries() * 9 / 8 + 2 * Frame.HEADER_BYTES;
        int tableCount = index.tables().count() + 1;
        return tables + CheckpointPage.bytes(geometry.extents(), tableCount) * 9 / 8 + 3L * geometry.sectorBytes();
    }

    /// Bytes that rewriting tables would append now, without the list, about.
    private long bytesNeeded(List<Compaction> rewritings) {
        long bytes = 0;
        for (var rewriting : rewritings) {
            for (var table : rewriting.inputs()) {
                // Each frame may be the first of a batch.
                bytes += table.bytes()
                        + (table.root().pages() + 1L) * disk.geometry().sectorBytes();
            }
        }
        return bytes;
    }

    /// Extents that a checkpoint may need now. With the log's mutex held.
    long extentsNeeded() {
        return 1 + bytesNeeded() / disk.geometry().extentBytes();
    }

    /// Whether after a checkpoint an extent holds nothing that a start needs. With the log's mutex held.
    boolean setsFree() {
        for (int extent = Superblocks.COPIES; extent < extents.count(); extent++) {
            if (extents.state(extent) == ExtentTable.State.CLOSED && extents.live(extent) == listBytes(extent)) {
                return true;
            }
        }
        return false;
    }

    /// Whether so much has changed that writers wait until a checkpoint has taken some of it; they do not while
    /// none can be written. With the log's mutex held.
    boolean isBehind() {
        return !failed
                && index.unflushedEntries() >= BEHIND * (long) options.index().memtableEntries();
    }

    /// Writes a checkpoint; false when the disk was too full or failed. {@code clean}: nothing else is appended
    /// any more.
    boolean write(boolean clean) {
        boolean written = tryWrite(clean);
        log.lock();
        try {
            failed = !written;
            log.wakeWriters();
        } finally {
            log.unlock();
        }
        return written;
    }

    private boolean tryWrite(boolean clean) {
        writing.lock();
        try {
            if (ended) {
                return false;
            }
            ended = clean;
            Frozen frozen;
            log.lock();
            try {
                if (log.isFenced()) {
                    return false;
                }
                frozen = freeze();
            } finally {
                log.unlock();
            }
            var added = clean && Planted.SHUTS_DOWN_WITHOUT_METADATA.isOn()
                    ? Optional.of(List.<Table>of())
                    : write(frozen, Reserve.Kind.CHECKPOINT);
            return added.isPresent()
                    && publish(
                            index.tables().with(added.get()),
                            added.get(),
                            frozen.cut(),
                            true,
                            clean,
                            Reserve.Kind.CHECKPOINT);
        } finally {
            writing.unlock();
        }
    }

    /// Changes to write as tables, newest first, and the cut up to which they came.
    private record Frozen(Cut cut, List<ConcurrentSkipListMap<ShardId, Entry>> memtables) {}

    /// With both mutexes held.
    private Frozen freeze() {
        var from = log.cut();
        var memtables = index.freeze();
        var cut = new Cut(List.of(new Superblock.Segment(from, Optional.empty())), states(), log.appendedBytes());
        return new Frozen(cut, memtables);
    }

    private Optional<List<Table>> write(Frozen frozen, Reserve.Kind kind) {
        var streams = frozen.memtables().stream().map(MemtableStream::new).toList();
        return streams.isEmpty()
                ? Optional.of(List.of())
                : TableWriter.write(new MergedEntries(streams), true, pageLog, kind, options.tableSizes());
    }

    /// Writes a checkpoint and takes the index out of an extent that holds nothing else, both or neither: on a
    /// disk without a free extent, the next start finds the open one unused or the other one empty. False when
    /// what is left of the open extent may not be enough, or something failed.
    boolean release(int extent) {
        boolean released = tryRelease(extent);
        log.lock();
        try {
            failed &= !released;
            log.wakeWriters();
        } finally {
            log.unlock();
        }
        return released;
    }

    private boolean tryRelease(int extent) {
        writing.lock();
        try {
            long bytes = bytesNeeded(rewritings(index.tables(), extent));
            Frozen frozen;
            log.lock();
            try {
                if (ended || log.isFenced() || !isOfIndex(extent) || bytes + bytesNeeded() > log.tailRoomBytes()) {
                    return false;
                }
                frozen = freeze();
            } finally {
                log.unlock();
            }
            var added = write(frozen, Reserve.Kind.RELEASE);
            if (added.isEmpty()) {
                return false;
            }
            var tables = index.tables().with(added.get());
            return rewrite(tables, added.get(), rewritings(tables, extent), frozen.cut(), true, Reserve.Kind.RELEASE);
        } finally {
            writing.unlock();
        }
    }

    /// Whether an extent holds nothing but pages of the index. With the log's mutex held.
    boolean isOfIndex(int extent) {
        return extents.state(extent) == ExtentTable.State.CLOSED
                && extents.live(extent) == extents.pages(extent)
                && extents.unsealed(extent) == 0;
    }

    /// Merges tables if some want it; false when none do, or the disk was too full or failed.
    boolean compact() {
        if (Planted.COMPACTS_BESIDE_CHECKPOINTS.isOn()) {
            return compactLocked();
        }
        writing.lock();
        try {
            return compactLocked();
        } finally {
            writing.unlock();
        }
    }

    private boolean compactLocked() {
        var chosen = Compaction.choose(index.tables(), options.index());
        return chosen.isPresent() && !ended && !log.isFenced() && perform(List.of(chosen.get()));
    }

    /// Takes entries as they are into the deepest level, which must be empty: an index of any size for
    /// measurements.
    boolean load(EntryStream entries) {
        writing.lock();
        try {
            var added = TableWriter.write(entries, false, pageLog, Reserve.Kind.COMPACT, options.tableSizes());
            return added.isPresent()
                    && publish(
                            index.tables().replacing(List.of(), Tables.LEVELS - 1, added.get()),
                            added.get(),
                            cut,
                            false,
                            false,
                            Reserve.Kind.COMPACT);
        } finally {
            writing.unlock();
        }
    }

    /// Whether tables want to be merged.
    boolean wantsCompaction() {
        return wantsCompaction;
    }

    private void planCompaction() {
        wantsCompaction = Compaction.choose(index.tables(), options.index())
                .filter(chosen -> chosen.inputs().stream().noneMatch(damaged::containsKey))
                .isPresent();
    }

    /// Takes the index out of an extent; false when the disk was too full or failed.
    boolean evacuate(int extent) {
        writing.lock();
        try {
            var rewritings = rewritings(index.tables(), extent);
            boolean holdsList = pages.stream().anyMatch(page -> page.extent() == extent);
            return (rewritings.isEmpty() && !holdsList) || (!ended && perform(rewritings));
        } finally {
            writing.unlock();
        }
    }

    private static List<Compaction> rewritings(Tables tables, int extent) {
        var rewritings = new ArrayList<Compaction>();
        for (int level = 0; level < Tables.LEVELS; level++) {
            for (var table : tables.level(level)) {
                if (table.isIn(extent)) {
                    rewritings.add(Compaction.rewriting(tables, table, level));
                }
            }
        }
        return rewritings;
    }

    /// What was found damaged of the tables that an extent holds, because of which they cannot be moved.
    Optional<String> damageIn(int extent) {
        writing.lock();
        try {
            return damaged.entrySet().stream()
                    .filter(entry -> entry.getKey().isIn(extent))
                    .map(Map.Entry::getValue)
                    .findFirst();
        } finally {
            writing.unlock();
        }
    }

    private boolean perform(List<Compaction> compactions) {
        return rewrite(index.tables(), List.of(), compactions, cut, false, Reserve.Kind.COMPACT);
    }

    /// Publishes tables of which some are merged.
    ///
    /// @param fresh those that are written and not published
    private boolean rewrite(
            Tables before,
            List<Table> fresh,
            List<Compaction> compactions,
            Cut next,
            boolean flushes,
            Reserve.Kind kind) {
        var tables = before;
        var added = new ArrayList<>(fresh);
        for (var compaction : compactions) {
            var merged = merge(compaction, kind);
            if (merged.isEmpty()) {
                added.forEach(table -> pageLog.release(table.frames()));
                return false;
            }
            added.addAll(merged.get());
            tables = tables.replacing(compaction.inputs(), compaction.level(), merged.get());
        }
        return publish(tables, added, next, flushes, false, kind);
    }

    private Optional<List<Table>> merge(Compaction compaction, Reserve.Kind kind) {
        if (compaction.inputs().stream().anyMatch(damaged::containsKey)) {
            return Optional.empty();
        }
        try {
            return TableWriter.write(
                    compaction.stream(reader), compaction.keepsRemoved(), pageLog, kind, options.tableSizes());
        } catch (IndexUnreadable unreadable) {
            LOG.log(System.Logger.Level.WARNING, "tables are left alone: {0}", unreadable.getMessage());
            if (unreadable.isDamage()) {
                compaction.inputs().stream()
                        .filter(table -> table.has(unreadable.page()))
                        .forEach(table -> damaged.put(table, unreadable.message()));
                planCompaction();
            }
            return Optional.empty();
        }
    }

    /// Makes other tables those of the index, for a cut.
    ///
    /// @param added those of the tables that are new
    /// @param flushes whether they hold the frozen memtables
    private boolean publish(
            Tables tables, List<Table> added, Cut next, boolean flushes, boolean clean, Reserve.Kind kind) {
        var written = new ArrayList<Locator>();
        if (!list.write(tables, next.extents(), kind, written)) {
            added.forEach(table -> pageLog.release(table.frames()));
            pageLog.release(written);
            return false;
        }
        if (!(barrier() instanceof Persisted.Safe)) {
            return false;
        }
        var segments = next.segments();
        if (clean) {
            log.lock();
            try {
                var end = log.cut();
                segments = List.of(new Superblock.Segment(end, Optional.of(end)));
            } finally {
                log.unlock();
            }
        }
        var before = superblocks.latest();
        var io = superblocks.write(new Superblock(
                before.disk(),
                before.geometry(),
                before.sequence() + 1,
                before.mount(),
                clean,
                Optional.of(written.getLast()),
                segments));
        var gone = new ArrayList<>(pages);
        index.tables().forEach(table -> {
            if (!tables.has(table)) {
                gone.addAll(table.frames());
            }
        });
        log.lock();
        try {
            if (!io.done()) {
                log.fence("the superblock cannot be written: " + io);
                return false;
            }
            coveredIncarnation = segments.getFirst().from().incarnation();
            cut = next;
            pages = List.copyOf(written);
            if (flushes) {
                index.flushed(tables);
            } else {
                index.replaced(tables);
            }
        } finally {
            log.unlock();
        }
        pageLog.release(gone);
        planCompaction();
        return true;
    }

    private List<CheckpointPage.ExtentState> states() {
        var states = new ArrayList<CheckpointPage.ExtentState>();
        for (int extent = Superblocks.COPIES; extent < extents.count(); extent++) {
            if (extents.state(extent) != ExtentTable.State.FREE) {
                long valueBytes = extents.keepsAll() ? CheckpointPage.UNKNOWN_BYTES : extents.values(extent);
                states.add(new CheckpointPage.ExtentState(
                        extent, extents.written(extent), extents.incarnation(extent), valueBytes));
            }
        }
        return states;
    }

    private Persisted barrier() {
        Dependency everything;
        log.lock();
        try {
            everything = log.everything();
        } finally {
            log.unlock();
        }
        return everything.await();
    }
}

package io.flywheel.shardstore;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The engine: a log of verified frames over the extents of a {@link Disk}, an index of where each value is,
/// checkpoints of the index, and reclamation of extents. A put or delete costs one flush, shared by all that
/// arrive together.
///
/// ```
///   open/append/seal, put, delete            get, list            reclaim
///            │ ValueLog                        │ Reader              │ Reclaimer
///            ▼                                 ▼                     ▼
///           Log ── group commits ──► Disk ◄── verified reads     evacuate, persist, reset
///            │ same mutex, same order    ▲
///            ▼                           │ TableReader
///          Index (memtables) ───────── Tables ◄── Compaction
///          ExtentTable     └ Checkpoints ──► pages in the log, then the Superblocks ──► Recovery
/// ```
public final class DiskShardStore implements ShardStore {
    private static final System.Logger LOG = System.getLogger(DiskShardStore.class.getName());
    /// With more pieces of log than this to replay, opening writes a checkpoint, if there is room for it.
    private static final int SEGMENTS_BEFORE_CHECKPOINT = 5;

    private static final int RESERVE_STEPS_MAX = 8;
    /// A step of reclamation goes through at most about so much.
    private static final long RECLAIM_STEP_BYTES = 4 << 20;
    /// Less is not worth a step; extents of this size and smaller are gone through at once.
    private static final long RECLAIM_STEP_BYTES_MIN = 16 << 10;

    private final Disk disk;
    private final Options options;
    private final Log log;
    private final Index index;
    private final ExtentTable extents;
    private final ValueLog values;
    private final Reader reader;
    private final Checkpoints checkpoints;
    private final Reclaimer reclaimer;
    private final List<String> damage;
    private final Tasks.Mutex closing;
    private final Tasks.Task indexing;
    private boolean closed;

    private DiskShardStore(
            Disk disk, Tasks tasks, Options options, Superblocks superblocks, Recovery recovery, Log log) {
        this.disk = disk;
        this.options = options;
        this.log = log;
        this.index = recovery.index();
        this.extents = recovery.extents();
        this.values = new ValueLog(log, index, extents);
        this.reader = new Reader(disk, log, index, extents);
        var segments = superblocks.latest().segments();
        // Log that was rolled forward is not covered.
        var cut = new Checkpoints.Cut(segments, recovery.states(), segments.size() > 1 ? -1 : 0);
        this.checkpoints = new Checkpoints(
                disk, tasks, log, index, recovery.reader(), extents, superblocks, recovery.pages(), cut, options);
        this.reclaimer =
                new Reclaimer(disk, tasks, log, index, extents, values, reader, checkpoints, options.pieceBytesMax());
        log.reserve().setCheckpoint(checkpoints::extentsNeeded, checkpoints::setsFree);
        log.holdUsersWhile(checkpoints::isBehind);
        this.damage = List.copyOf(recovery.warnings());
        this.closing = tasks.mutex();
        log.start();
        this.indexing = tasks.start("index", this::keepIndex);
    }

    /// What is broken, empty when all is well: what the start went on without (shards may be missing or back), then
    /// the extents that reclamation leaves alone, and why. It tries those again after the next start, and when half
    /// of what was live in them is gone.
    public List<String> damage() {
        var all = new ArrayList<>(damage);
        log.lock();
        try {
            extents.quarantined()
                    .forEach((extent, reason) -> all.add("extent " + extent + " is left alone: " + reason));
        } finally {
            log.unlock();
        }
        return List.copyOf(all);
    }

    /// Who the disk is. A caller that knows which disk it expects compares before it opens.
    public static Identity identify(Disk disk) {
        return switch (Superblocks.read(disk)) {
            case Superblocks.Found.Latest(var superblocks) ->
                new Identity.Known(superblocks.latest().disk());
            case Superblocks.Found.Blank() -> new Identity.Blank();
            case Superblocks.Found.Unusable(var message) -> new Identity.Unusable(message);
        };
    }

    /// Opens a disk, rolling its log forward; a blank one is given a superblock when the options say so. The disk
    /// stays the caller's: it is closed after the store. Needs a disk of at least 8 extents and sectors of at
    /// least 512 bytes.
    public static Opened open(Disk disk, Tasks tasks, Options options) {
        check(disk.geometry().extents() >= 8, "a disk has at least 8 extents");
        check(disk.geometry().sectorBytes() >= Superblock.BYTES, "a sector has at least 512 bytes");
        var found = Superblocks.read(disk);
        if (found instanceof Superblocks.Found.Blank) {
            if (!options.createsBlank()) {
                return new Opened.Refused("the disk is blank, expected disk " + options.disk());
            }
            var first = new Superblock(options.disk(), disk.geometry(), 1, 0, false, Optional.empty(), List.of());
            var failure = Superblocks.format(disk, first);
            if (failure != null) {
                return new Opened.Refused(failure);
            }
            found = Superblocks.read(disk);
        }
        return switch (found) {
            case Superblocks.Found.Unusable(var message) -> new Opened.Refused(message);
            case Superblocks.Found.Blank() -> new Opened.Refused("the superblock is gone after it was written");
            case Superblocks.Found.Latest(var superblocks) -> open(disk, tasks, options, superblocks);
        };
    }

    private static Opened open(Disk disk, Tasks tasks, Options options, Superblocks superblocks) {
        var before = superblocks.latest();
        if (!before.disk().equals(options.disk())) {
            return new Opened.Refused("this is disk " + before.disk() + ", expected disk " + options.disk());
        }
        var recovery = new Recovery(
                disk,
                before,
                new TableReader(disk, new PageCache(options.index().cachedPages())));
        try {
            recovery.run();
        } catch (Recovery.Refusal refusal) {
            return new Opened.Refused("disk " + before.disk() + " cannot be recovered: " + refusal.getMessage());
        }
        recovery.warnings().forEach(warning -> LOG.log(System.Logger.Level.WARNING, warning));
        var free = written(recovery.extents());
        int mount = before.mount() + 1;
        var log = new Log(disk, tasks, options.disk(), recovery.extents(), mount, options);
        var segments = new ArrayList<Superblock.Segment>();
        var cleanEnd = recovery.cleanEnd();
        if (cleanEnd.isPresent()) {
            var end = cleanEnd.get();
            log.continueAt(end.extent(), end.offsetBytes(), end.incarnation());
            segments.add(new Superblock.Segment(end, Optional.empty()));
        } else {
            int extent = freeExtent(disk, recovery.extents());
            if (extent < 0) {
                return new Opened.Refused("no extent is free and the file system gives no space for another one");
            }
            segments.addAll(recovery.segments());
            segments.add(new Superblock.Segment(log.continueIn(extent), Optional.empty()));
        }
        var next = new Superblock(
                before.disk(), before.geometry(), before.sequence() + 1, mount, false, before.checkpoint(), segments);
        // Log behind its last change may lie in free extents: before the superblock says where it ends, a start that
        // is cut short here would leave a hole in it. Where damage was found, the superblock comes last all the same:
        // until then, the next start finds it again.
        boolean isWhole = recovery.warnings().isEmpty();
        if (!isWhole && !reset(disk, free)) {
            return new Opened.Refused("a free extent cannot be reset");
        }
        if (!(superblocks.write(next) instanceof Disk.Io.Done)) {
            return new Opened.Refused("the superblock cannot be written");
        }
        if (isWhole && !reset(disk, free)) {
            return new Opened.Refused("a free extent cannot be reset");
        }
        var store = new DiskShardStore(disk, tasks, options, superblocks, recovery, log);
        boolean isOverdue = segments.size() > SEGMENTS_BEFORE_CHECKPOINT && !store.checkpoints.write(false);
        if (isOverdue && (log.isFenced() || segments.size() == Superblock.SEGMENTS_MAX)) {
            store.close();
            return new Opened.Refused("no checkpoint can be written: " + log.fenceReason());
        }
        store.restoreReserve();
        return new Opened.Ok(store, cleanEnd.isEmpty());
    }

    /// Free extents to reset before they are written: a life that ended in a crash may have written to one without
    /// anything of it being part of the log.
    private static List<Integer> written(ExtentTable extents) {
        var free = new ArrayList<Integer>();
        for (int extent = Superblocks.COPIES; extent < extents.count(); extent++) {
            if (extents.state(extent) == ExtentTable.State.FREE && extents.isPrepared(extent)) {
                free.add(extent);
            }
        }
        return free;
    }

    private static boolean reset(Disk disk, List<Integer> free) {
        return free.stream().allMatch(extent -> disk.reset(extent).done());
    }

    /// Every crash leaves a half-written extent behind: on a full disk they are given back before users arrive.
    private void restoreReserve() {
        for (int step = 0; step < RESERVE_STEPS_MAX; step++) {
            log.lock();
            try {
                if (log.reserve().available() > log.reserve().floor(Reserve.Kind.PUT)) {
                    return;
                }
            } finally {
                log.unlock();
            }
            if (!reclaimer.step(Long.MAX_VALUE)) {
                return;
            }
        }
    }

    /// A free extent, prepared; else -1.
    private static int freeExtent(Disk disk, ExtentTable extents) {
        if (extents.nextFree() >= 0) {
            return extents.nextFree();
        }
        int unprepared = extents.nextUnprepared();
        if (unprepared >= 0 && disk.prepare(unprepared).done()) {
            extents.setPrepared(unprepared);
            return unprepared;
        }
        return -1;
    }

    @Override
    public Writer open(ShardId shard) {
        return new StreamWriter(values, shard, options);
    }

    @Override
    public Sealed put(ShardId shard, ByteBuffer value) {
        check(value.hasRemaining() && value.remaining() <= SHARD_BYTES_MAX, "a value has 1 byte to 64 MiB");
        if (value.remaining() <= options.pieceBytesMax()) {
            var sealed = values.put(shard, value);
            value.position(value.limit());
            return sealed;
        }
        try (var writer = open(shard)) {
            writer.append(value);
            return writer.seal();
        }
    }

    @Override
    public Sealed put(ShardId shard, ByteBuffer value, Dependency after) {
        return log.keepsInOrder(after) ? put(shard, value) : ShardStore.super.put(shard, value, after);
    }

    @Override
    public Sealed delete(ShardId shard, Dependency after) {
        return log.keepsInOrder(after) ? delete(shard) : ShardStore.super.delete(shard, after);
    }

    @Override
    public Read get(ShardId shard, long offsetBytes, ByteBuffer destination) {
        return reader.get(shard, offsetBytes, destination);
    }

    @Override
    public Optional<Located> locate(ShardId shard) {
        return reader.locate(shard);
    }

    @Override
    public Optional<Long> length(ShardId shard) {
        var entry = index.find(shard);
        return entry == null ? Optional.empty() : Optional.of((long) entry.lengthBytes());
    }

    @Override
    public Sealed delete(ShardId shard) {
        return values.delete(shard);
    }

    @Override
    public List<ShardId> list(ShardId from, int limit) {
        return index.list(from, limit);
    }

    @Override
    public Sealed flush() {
        return values.flush();
    }

    @Override
    public boolean reclaim() {
        return reclaimer.step(stepBytes(disk.geometry()));
    }

    /// Steps end in the middle of an extent, also on the small disks of the checks.
    private static long stepBytes(Disk.Geometry geometry) {
        return Math.clamp(geometry.extentBytes() / 4, RECLAIM_STEP_BYTES_MIN, RECLAIM_STEP_BYTES);
    }

    @Override
    public Reclamation reclamation() {
        log.lock();
        try {
            return new Reclamation(log.movedBytes(), log.pace().pressure());
        } finally {
            log.unlock();
        }
    }

    @Override
    public Space space() {
        log.lock();
        try {
            var geometry = disk.geometry();
            return new Space(
                    (geometry.extents() - Superblocks.COPIES) * geometry.extentBytes(),
                    extents.usedBytes(),
                    extents.garbageBytes(),
                    log.freeBytes());
        } finally {
            log.unlock();
        }
    }

    /// Fills the index of an empty disk with so many shards whose values do not exist, to measure how large it may
    /// be; false when the disk was too full.
    public boolean synthesise(long shards) {
        return checkpoints.load(new SynthesisedEntries(disk.geometry(), shards));
    }

    /// One of the shards that {@link #synthesise} makes.
    public static ShardId synthesised(long number) {
        return SynthesisedEntries.shard(number);
    }

    /// What the index has on the disk now.
    Tables tables() {
        return index.tables();
    }

    /// By how much the space that is counted differs from what the index says: nothing, when nothing changes
    /// meanwhile. Reads the whole index.
    /// @throws IndexUnreadable when the disk does not let it be known
    public long miscountedBytes() {
        var bytes = index.valueBytes(extents.count());
        long difference = 0;
        log.lock();
        try {
            for (int extent = 0; extent < bytes.length; extent++) {
                difference += Math.abs(bytes[extent] - extents.values(extent));
            }
        } finally {
            log.unlock();
        }
        return difference;
    }

    private boolean isCheckpointDue(long from) {
        return checkpoints.isBehind() || (checkpoints.isDue() && log.appendedBytes() >= from);
    }

    /// Writes checkpoints and merges tables, each when it is due. What fails is not tried again before as much
    /// more was written.
    private void keepIndex() {
        long checkpointFrom = 0;
        long compactionFrom = 0;
        while (true) {
            boolean isCheckpoint;
            log.lock();
            try {
                long first = checkpointFrom;
                long second = compactionFrom;
                if (!log.awaitDue(() ->
                        isCheckpointDue(first) || (log.appendedBytes() >= second && checkpoints.wantsCompaction()))) {
                    return;
                }
                isCheckpoint = isCheckpointDue(first);
            } finally {
                log.unlock();
            }
            if (isCheckpoint ? checkpoints.write(false) : checkpoints.compact()) {
                continue;
            }
            log.lock();
            try {
                long later = log.appendedBytes() + options.checkpointBytes() / 2 + 1;
                checkpointFrom = isCheckpoint ? later : checkpointFrom;
                compactionFrom = isCheckpoint ? compactionFrom : later;
            } finally {
                log.unlock();
            }
        }
    }

    @Override
    public void close() {
        closing.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            log.lock();
            try {
                log.refuseUsers();
            } finally {
                log.unlock();
            }
            reclaimer.end();
            indexing.join();
            checkpoints.write(true);
            log.stop();
        } finally {
            closing.unlock();
        }
    }
}

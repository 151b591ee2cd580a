package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Writes the index where a restart finds it. A checkpoint is taken while the store works: it may hold changes that
/// came after its start, which the roll-forward from its start applies again. Its pages go through the log, so they
/// are persistent only after everything they mention; then the superblock names the last of them.
final class Checkpoints {
    private static final int PAGE_BYTES_MAX = 256 << 10;

    private final Disk disk;
    private final Log log;
    private final Index index;
    private final ExtentTable extents;
    private final Superblocks superblocks;
    private final Tasks.Mutex writing;
    private final int pageBytes;
    private List<Locator> pages;
    /// The log before this incarnation is covered by the checkpoint on the disk.
    private long coveredIncarnation;
    private long appendedAtLast;
    /// The clean checkpoint was begun: a later one would write behind the end that it names.
    private boolean ended;

    Checkpoints(
            Disk disk,
            Tasks tasks,
            Log log,
            Index index,
            ExtentTable extents,
            Superblocks superblocks,
            List<Locator> pages,
            Options options) {
        this.disk = disk;
        this.log = log;
        this.index = index;
        this.extents = extents;
        this.superblocks = superblocks;
        this.writing = tasks.mutex();
        this.pageBytes = Math.min(PAGE_BYTES_MAX, options.pieceBytesMax());
        this.pages = List.copyOf(pages);
        this.coveredIncarnation =
                superblocks.latest().segments().getFirst().from().incarnation();
        // Log that was rolled forward is not covered either.
        this.appendedAtLast = superblocks.latest().segments().size() > 1 ? -1 : 0;
    }

    /// Extents of a lower incarnation are not needed to recover. With the log's mutex held.
    long coveredIncarnation() {
        return coveredIncarnation;
    }

    /// Bytes of log since the last checkpoint. With the log's mutex held.
    long uncoveredBytes() {
        return log.appendedBytes() - appendedAtLast;
    }

    /// Extents that a checkpoint may need.
    static long extentsNeeded(Index index, Disk.Geometry geometry) {
        return 1 + index.checkpointBytes() * 5 / 4 / geometry.extentBytes();
    }

    /// Writes one; false when the disk was too full or failed. {@code clean}: nothing else is appended any more.
    boolean write(boolean clean) {
        writing.lock();
        try {
            if (ended) {
                return false;
            }
            ended = clean;
            Superblock.Position from;
            long appended;
            List<CheckpointPage.ExtentState> states;
            log.lock();
            try {
                if (log.isFenced()) {
                    return false;
                }
                log.reserve().setIndexExtents(extentsNeeded(index, disk.geometry()));
                from = log.cut();
                appended = log.appendedBytes();
                states = states();
            } finally {
                log.unlock();
            }
            var written = new ArrayList<Locator>();
            if (!writePages(states, written)) {
                release(written);
                return false;
            }
            if (!(barrier() instanceof Persisted.Safe)) {
                return false;
            }
            return publish(clean, from, appended, written);
        } finally {
            writing.unlock();
        }
    }

    private boolean publish(boolean clean, Superblock.Position from, long appended, List<Locator> written) {
        Optional<Superblock.Position> end = Optional.empty();
        if (clean) {
            log.lock();
            try {
                end = Optional.of(log.cut());
            } finally {
                log.unlock();
            }
        }
        var before = superblocks.latest();
        var next = new Superblock(
                before.disk(),
                before.geometry(),
                before.sequence() + 1,
                before.mount(),
                clean,
                Optional.of(written.getLast()),
                List.of(new Superblock.Segment(from, end)));
        var io = superblocks.write(next);
        log.lock();
        try {
            if (!io.done()) {
                log.fence("the superblock cannot be written: " + io);
                return false;
            }
            coveredIncarnation = from.incarnation();
            appendedAtLast = appended;
        } finally {
            log.unlock();
        }
        release(pages);
        pages = List.copyOf(written);
        return true;
    }

    private List<CheckpointPage.ExtentState> states() {
        var states = new ArrayList<CheckpointPage.ExtentState>();
        for (int extent = Superblocks.COPIES; extent < extents.count(); extent++) {
            if (extents.state(extent) != ExtentTable.State.FREE) {
                states.add(
                        new CheckpointPage.ExtentState(extent, extents.written(extent), extents.incarnation(extent)));
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

    private boolean writePages(List<CheckpointPage.ExtentState> states, List<Locator> written) {
        int room = pageBytes - CheckpointPage.HEAD_BYTES;
        int perPage = Math.max(1, room / CheckpointPage.EXTENT_BYTES);
        int at = 0;
        do {
            int to = Math.min(states.size(), at + perPage);
            if (!writePage(states.subList(at, to), List.of(), written)) {
                return false;
            }
            at = to;
        } while (at < states.size());
        var items = new ArrayList<CheckpointPage.Item>();
        int[] used = {0};
        boolean[] ok = {true};
        index.forEach((ShardId shard, Entry entry) -> {
            var item = new CheckpointPage.Item(shard, entry);
            if (used[0] + item.bytes() > room && !items.isEmpty()) {
                ok[0] = ok[0] && writePage(List.of(), items, written);
                items.clear();
                used[0] = 0;
            }
            items.add(item);
            used[0] += item.bytes();
        });
        return ok[0] && (items.isEmpty() || writePage(List.of(), items, written));
    }

    private boolean writePage(
            List<CheckpointPage.ExtentState> states, List<CheckpointPage.Item> items, List<Locator> written) {
        var previous = written.isEmpty() ? Optional.<Locator>empty() : Optional.of(written.getLast());
        var payload = Payload.of(new CheckpointPage(previous, states, items).encode());
        Log.Placed placed;
        log.lock();
        try {
            if (log.awaitRoom(Reserve.Kind.CHECKPOINT, Frame.bytes(payload.length())) != Log.Room.READY) {
                return false;
            }
            placed = log.place(Operation.PAGE, Frame.NOBODY, 0, payload);
            extents.addPages(placed.frame().extent(), placed.frame().frameBytes());
        } finally {
            log.unlock();
        }
        log.fill(placed, payload);
        written.add(placed.locator());
        return true;
    }

    private void release(List<Locator> gone) {
        log.lock();
        try {
            gone.forEach(page -> extents.addPages(page.extent(), -page.frameBytes()));
        } finally {
            log.unlock();
        }
    }
}

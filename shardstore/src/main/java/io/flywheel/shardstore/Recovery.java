package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Finds the state of a disk after a stop: the last checkpoint, then every verified frame of the log after it. A
/// bad frame ends the log (it was torn) unless a later one proves that it was persistent; then it rotted and is
/// skipped. Nothing is written here, so recovery may itself be interrupted any number of times.
final class Recovery {
    private final Disk disk;
    private final Superblock superblock;
    private final TableReader reader;
    private final Index index;
    private final ExtentTable extents;
    private final List<Locator> pages = new ArrayList<>();
    private final List<Superblock.Segment> segments = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    /// Whether something is lost that says what is live.
    private boolean doubtful;

    private final List<CheckpointPage.ExtentState> states = new ArrayList<>();
    /// Shards whose first frame after the cut replaced a place that only the tables know.
    private final TreeSet<ShardId> replaced = new TreeSet<>();
    /// Extents that the next recovery has to replay.
    private final Set<Integer> needed = new HashSet<>();
    /// Extents of the segment up to its last change, and those after it.
    private final Set<Integer> visited = new HashSet<>();
    private final Set<Integer> entered = new HashSet<>();
    /// Where the last frame that changes the index ends in the segment.
    private Superblock.@Nullable Position lastChange;

    /// A disk that cannot be opened, and why.
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        Refusal(String message) {
            super(message);
        }
    }

    Recovery(Disk disk, Superblock superblock, TableReader reader) {
        this.disk = disk;
        this.reader = reader;
        this.index = new Index(reader);
        this.superblock = superblock;
        this.extents = new ExtentTable(disk.geometry());
    }

    Index index() {
        return index;
    }

    TableReader reader() {
        return reader;
    }

    ExtentTable extents() {
        return extents;
    }

    /// The pages of the checkpoint, which are in use until the next one.
    List<Locator> pages() {
        return pages;
    }

    /// The extents as they were at the checkpoint's cut.
    List<CheckpointPage.ExtentState> states() {
        return states;
    }

    /// The pieces of the log that the next recovery has to replay, each with its end.
    List<Superblock.Segment> segments() {
        return segments;
    }

    /// What was found broken and skipped.
    List<String> warnings() {
        return warnings;
    }

    private void doubt(String warning) {
        warnings.add(warning);
        doubtful = true;
    }

    void run() throws Refusal {
        loadCheckpoint();
        for (int at = 0; at < superblock.segments().size(); at++) {
            var segment = superblock.segments().get(at);
            boolean isLast = at == superblock.segments().size() - 1;
            lastChange = null;
            var end = replay(segment);
            if (superblock.clean() && isLast) {
                segments.add(new Superblock.Segment(segment.from(), Optional.of(end)));
            } else if (isCut(segment, end)) {
                // The next start is to find it again: this one may end before it could tell anybody.
                segments.add(segment);
                needed.addAll(visited);
            } else if (lastChange != null) {
                segments.add(new Superblock.Segment(segment.from(), Optional.of(lastChange)));
                needed.addAll(visited);
            }
            visited.clear();
        }
        for (int extent = 0; extent < extents.count(); extent++) {
            if (disk.prepared(extent)) {
                extents.setPrepared(extent);
            }
            if (extents.state(extent) == ExtentTable.State.OPEN) {
                extents.close(extent);
            }
        }
        count();
        for (int extent = Superblocks.COPIES; extent < extents.count(); extent++) {
            if (extents.state(extent) == ExtentTable.State.CLOSED
                    && extents.live(extent) == 0
                    && !extents.keepsAll()
                    && !needed.contains(extent)
                    && !isCleanEnd(extent)) {
                extents.free(extent);
            }
            extents.setReadable(extent, extents.written(extent));
        }
    }

    /// Whether a segment ends before an earlier start found its end.
    private static boolean isCut(Superblock.Segment segment, Superblock.Position end) {
        return segment.to().isPresent() && !isEnd(segment, end, end.offsetBytes());
    }

    private boolean isCleanEnd(int extent) {
        return superblock.clean()
                && !segments.isEmpty()
                && segments.getLast().to().map(to -> to.extent() == extent).orElse(false);
    }

    /// What the replay could not know: the places that values had before the cut, where a frame says that there
    /// was one. When what frames say of that was lost, everything is counted anew.
    private void count() {
        var unreadable = new ArrayList<String>();
        try {
            for (var shard : replaced) {
                try {
                    var before = reader.find(index.tables(), ShardKey.of(shard));
                    if (before == null || before.isRemoved()) {
                        doubt("the place that " + shard + " had before is not known");
                    } else {
                        extents.addEntry(before, -1);
                    }
                } catch (IndexUnreadable page) {
                    if (!page.isDamage()) {
                        throw page;
                    }
                    // It counts as live, which keeps its extent and does no harm.
                    unreadable.add("the place that " + shard + " had before: " + page.message());
                }
            }
            if (doubtful) {
                var bytes = index.valueBytes(extents.count());
                for (int extent = 0; extent < extents.count(); extent++) {
                    extents.addValues(extent, bytes[extent] - extents.values(extent));
                }
            }
        } catch (IndexUnreadable page) {
            warnings.add("no space is given back before the index can be read: " + page.message());
            extents.keepAll();
        }
        warnings.addAll(unreadable);
    }

    /// Where the log goes on after a clean shutdown, if nothing contradicts that.
    Optional<Superblock.Position> cleanEnd() {
        if (!superblock.clean() || segments.isEmpty() || !warnings.isEmpty()) {
            return Optional.empty();
        }
        var expected = superblock.segments().getLast().to();
        return expected.filter(position -> segments.getLast().to().equals(Optional.of(position)));
    }

    private void loadCheckpoint() throws Refusal {
        var next = superblock.checkpoint();
        var lists = new ArrayList<CheckpointPage>();
        while (next.isPresent()) {
            var at = next.get();
            if (lists.size() > 1 << 20) {
                throw new Refusal("the checkpoint's pages form a circle");
            }
            var page = CheckpointPage.decode(read(at, Operation.PAGE), disk.geometry())
                    .orElseThrow(() -> new Refusal("the checkpoint is damaged at " + at));
            lists.addFirst(page);
            pages.add(at);
            next = page.previous();
        }
        boolean uncounted = false;
        var levels = new ArrayList<List<Table>>();
        for (int level = 0; level < Tables.LEVELS; level++) {
            levels.add(new ArrayList<>());
        }
        for (var page : lists) {
            for (var state : page.extents()) {
                extents.open(state.extent(), state.incarnation());
                extents.setWritten(state.extent(), state.writtenBytes());
                extents.addValues(state.extent(), Math.max(0, state.valueBytes()));
                states.add(state);
                boolean isKnown = state.valueBytes() != CheckpointPage.UNKNOWN_BYTES;
                uncounted |= !isKnown;
                if (isKnown
                        && (state.valueBytes() < 0
                                || state.valueBytes() > disk.geometry().extentBytes())) {
                    doubt("the space of extent " + state.extent() + " was miscounted");
                }
            }
            for (var state : page.tables()) {
                levels.get(state.level()).add(table(state));
            }
        }
        if (uncounted) {
            doubt("what is live was not known");
        }
        var tables = new Tables(levels);
        index.replaced(tables);
        // Its pages may lie in extents that were opened after its cut, in log that needs no replay any more.
        pages.forEach(this::addPage);
        tables.forEach(table -> table.frames().forEach(this::addPage));
    }

    private void addPage(Locator page) {
        if (Planted.FORGETS_OWNERSHIP.isOn()) {
            return;
        }
        boolean isNewer = Long.compareUnsigned(extents.incarnation(page.extent()), page.incarnation()) < 0;
        if (extents.state(page.extent()) == ExtentTable.State.FREE || isNewer) {
            extents.open(page.extent(), page.incarnation());
        }
        extents.addPages(page.extent(), page.frameBytes());
    }

    private Table table(CheckpointPage.TableState state) throws Refusal {
        var table = new Table(
                state.root(),
                TableRoot.decode(read(state.root(), Operation.TABLE_ROOT), disk.geometry())
                        .orElseThrow(() -> new Refusal("a table of the index is damaged at " + state.root())));
        if (!CheckpointPage.TableState.of(state.level(), table).equals(state)) {
            throw new Refusal("a table of the index is another one at " + state.root());
        }
        return table;
    }

    private ByteBuffer read(Locator at, Operation operation) throws Refusal {
        return switch (StoredFrame.read(disk, at, operation)) {
            case StoredFrame.Intact(var payload) -> payload;
            case StoredFrame.Damaged() ->
                throw new Refusal("the checkpoint is damaged at extent " + at.extent() + " offset " + at.offsetBytes());
            case StoredFrame.Unreadable(var reason) -> throw new Refusal("the checkpoint cannot be read: " + reason);
        };
    }

    /// Applies the frames from a segment's start; where they ended.
    private Superblock.Position replay(Superblock.Segment segment) throws Refusal {
        var position = segment.from();
        while (true) {
            enter(position);
            entered.add(position.extent());
            var scanner = new Scanner(
                    disk,
                    position.extent(),
                    position.incarnation(),
                    disk.geometry().extentBytes());
            long at = position.offsetBytes();
            Superblock.Position next = null;
            while (next == null && !isEnd(segment, position, at)) {
                long skipped =
                        skipBroken(scanner, position.extent(), at, segment.to().isPresent());
                if (skipped < 0) {
                    warnIfKnownToGoOn(segment, position, at);
                    break;
                }
                at = skipped;
                if (!(scanner.at(at) instanceof Scanner.Step.Found(var frame, var intact))) {
                    throw new Refusal("extent " + position.extent() + " changes while it is read");
                }
                if (frame.operation() == Operation.END && intact) {
                    next = link(scanner.payload(frame));
                } else {
                    apply(frame, scanner);
                }
                at = frame.endBytes();
                if (frame.operation().changesIndex()) {
                    lastChange = new Superblock.Position(position.extent(), at, position.incarnation());
                    visited.addAll(entered);
                    entered.clear();
                }
            }
            extents.setWritten(position.extent(), at);
            if (next == null && segment.to().isEmpty()) {
                next = successor(position).orElse(null);
            }
            if (next == null) {
                entered.clear();
                return new Superblock.Position(position.extent(), at, position.incarnation());
            }
            position = next;
        }
    }

    /// An earlier recovery got further: what it found is gone.
    private void warnIfKnownToGoOn(Superblock.Segment segment, Superblock.Position position, long at) {
        if (segment.to().isPresent()) {
            doubt("the log ends at extent " + position.extent() + " offset " + at + ", before "
                    + segment.to().get());
        }
    }

    /// The extent in which the log goes on although the frame that says so is gone. It is the one with the next
    /// incarnation; where a frame in it says that something there was persistent, everything before was.
    private Optional<Superblock.Position> successor(Superblock.Position position) throws Refusal {
        // After an orderly start the log goes on in the old extent; the next one is the first of the new mount.
        long first = (long) superblock.mount() << 32;
        long incarnation = Math.max(position.incarnation() + 1, first);
        var header = ByteBuffer.allocate(Frame.HEADER_BYTES);
        for (int extent = Superblocks.COPIES; extent < extents.count(); extent++) {
            if (!disk.prepared(extent)) {
                continue;
            }
            if (disk.read(extent, 0, header.clear()) instanceof Disk.Io.Failed(var cause)) {
                throw new Refusal("extent " + extent + " cannot be read: " + cause.getMessage());
            }
            boolean isNext = Frame.decode(header.flip(), 0) instanceof Frame.Decoded.Valid(var frame)
                    && frame.incarnation() == incarnation
                    && frame.extent() == extent;
            var scanner = new Scanner(disk, extent, incarnation, disk.geometry().extentBytes());
            if (isNext && scanner.resume(0, 0).isPresent()) {
                doubt("the end of extent " + position.extent() + " rotted: the log goes on in extent " + extent);
                return Optional.of(new Superblock.Position(extent, 0, incarnation));
            }
        }
        return Optional.empty();
    }

    private void enter(Superblock.Position position) {
        boolean known = extents.state(position.extent()) == ExtentTable.State.OPEN
                && extents.incarnation(position.extent()) == position.incarnation();
        if (!known) {
            extents.open(position.extent(), position.incarnation());
        }
    }

    private static boolean isEnd(Superblock.Segment segment, Superblock.Position position, long at) {
        return segment.to().isPresent()
                && segment.to().get().incarnation() == position.incarnation()
                && at >= segment.to().get().offsetBytes();
    }

    /// The offset of the next frame to apply, at or after {@code at}; -1 where the log ends.
    ///
    /// @param isProven whether everything here is known to have been persistent
    private long skipBroken(Scanner scanner, int extent, long at, boolean isProven) throws Refusal {
        long provenFrom;
        switch (scanner.at(at)) {
            case Scanner.Step.Found(var frame, var intact) -> {
                if (intact) {
                    return at;
                }
                if (isProven || scanner.resume(at, at).isPresent()) {
                    // It was persistent and rotted: the index keeps it, and reading it reports the damage.
                    warnings.add("a payload rotted at extent " + extent + " offset " + at);
                    doubtful |= frame.operation().changesIndex() && frame.operation() != Operation.VALUE;
                    return at;
                }
                return -1;
            }
            case Scanner.Step.Nothing() -> provenFrom = isProven || Planted.RECOVERS_BEHIND_HOLES.isOn() ? -1 : at;
            case Scanner.Step.Unreadable(var reason) ->
                throw new Refusal("extent " + extent + " cannot be read at offset " + at + ": " + reason);
        }
        var resumed = scanner.resume(at, provenFrom);
        if (resumed.isEmpty()) {
            return -1;
        }
        if (Planted.RECOVERS_BEHIND_HOLES.isOn()) {
            return resumed.getAsLong();
        }
        doubt("frames rotted at extent " + extent + " from offset " + at + " to " + resumed.getAsLong());
        return resumed.getAsLong();
    }

    private Superblock.Position link(ByteBuffer payload) throws Refusal {
        var link = ExtentLink.decode(payload, extents.count())
                .orElseThrow(() -> new Refusal("the log goes on in an extent that does not exist"));
        return new Superblock.Position(link.extent(), 0, link.incarnation());
    }

    private void apply(Frame frame, Scanner scanner) {
        var at = new Locator(
                frame.extent(), frame.offsetBytes(), frame.payloadBytes(), frame.digest(), frame.incarnation());
        switch (frame.operation()) {
            case VALUE -> put(frame, Entry.whole(at));
            case DELETE -> remove(frame, scanner.payload(frame));
            case SEAL -> {
                var manifest = Manifest.decode(scanner.payload(frame), disk.geometry());
                if (manifest.isPresent()) {
                    put(frame, manifest.get().entry(at));
                } else {
                    doubt("a manifest rotted at extent " + at.extent() + " offset " + at.offsetBytes());
                    index.remove(frame.shard());
                }
            }
            case OPEN, PAD, END, PIECE, PAGE, TABLE_PAGE, TABLE_ROOT -> {}
        }
    }

    private void put(Frame frame, Entry entry) {
        var before = index.inMemory(frame.shard());
        if (before == null && frame.replaces()) {
            replaced.add(frame.shard());
        } else if (before != null && !before.isRemoved()) {
            extents.addEntry(before, -1);
        }
        extents.addEntry(entry, 1);
        index.put(frame.shard(), entry);
    }

    private void remove(Frame frame, ByteBuffer payload) {
        var before = index.inMemory(frame.shard());
        if (before == null) {
            // The frame says what the tables have.
            before = EntryFormat.decode(payload, disk.geometry());
        }
        if (before == null) {
            doubt("a delete rotted at extent " + frame.extent() + " offset " + frame.offsetBytes());
        } else if (!before.isRemoved()) {
            extents.addEntry(before, -1);
        }
        index.remove(frame.shard());
    }
}

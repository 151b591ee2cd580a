package io.flywheel.shardstore;

import io.flywheel.base.Disk;
import io.flywheel.base.ShardId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds the state of a disk after a stop: the last checkpoint, then every verified frame of the log after it. A
/// bad frame ends the log (it was torn) unless a later one proves that it was persistent; then it rotted and is
/// skipped. Nothing is written here, so recovery may itself be interrupted any number of times.
final class Recovery {
    private final Disk disk;
    private final Superblock superblock;
    private final Index index = new Index();
    private final ExtentTable extents;
    private final List<Locator> pages = new ArrayList<>();
    private final List<Superblock.Segment> segments = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private boolean changesIndex;

    /// A disk that cannot be opened, and why.
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        Refusal(String message) {
            super(message);
        }
    }

    Recovery(Disk disk, Superblock superblock) {
        this.disk = disk;
        this.superblock = superblock;
        this.extents = new ExtentTable(disk.geometry());
    }

    Index index() {
        return index;
    }

    ExtentTable extents() {
        return extents;
    }

    /// The pages of the checkpoint, which are in use until the next one.
    List<Locator> pages() {
        return pages;
    }

    /// The pieces of the log that the next recovery has to replay, each with its end.
    List<Superblock.Segment> segments() {
        return segments;
    }

    /// What was found broken and skipped.
    List<String> warnings() {
        return warnings;
    }

    void run() throws Refusal {
        loadCheckpoint();
        // Its pages may lie in extents that were opened after its start, in log that needs no replay any more.
        for (var page : pages) {
            if (extents.state(page.extent()) == ExtentTable.State.FREE) {
                extents.open(page.extent(), page.incarnation());
            }
        }
        for (int at = 0; at < superblock.segments().size(); at++) {
            var segment = superblock.segments().get(at);
            boolean isLast = at == superblock.segments().size() - 1;
            changesIndex = false;
            var end = replay(segment);
            if (changesIndex || (superblock.clean() && isLast)) {
                segments.add(new Superblock.Segment(segment.from(), Optional.of(end)));
            }
        }
        for (int extent = 0; extent < extents.count(); extent++) {
            if (disk.prepared(extent)) {
                extents.setPrepared(extent);
            }
            if (extents.state(extent) == ExtentTable.State.OPEN) {
                extents.close(extent);
            }
            extents.setReadable(extent, extents.written(extent));
        }
        index.forEach((shard, entry) -> extents.addEntry(entry, 1));
        pages.forEach(page -> extents.addPages(page.extent(), page.frameBytes()));
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
        int pageCount = 0;
        while (next.isPresent()) {
            var at = next.get();
            if (++pageCount > 1 << 20) {
                throw new Refusal("the checkpoint's pages form a circle");
            }
            var scanner = new Scanner(
                    disk, at.extent(), at.incarnation(), disk.geometry().extentBytes());
            var page = switch (scanner.at(at.offsetBytes())) {
                case Scanner.Step.Found(var frame, var intact)
                when intact && frame.operation() == Operation.PAGE && frame.digest() == at.digest() ->
                    CheckpointPage.decode(scanner.payload(frame), disk.geometry());
                case Scanner.Step.Unreadable(var reason) ->
                    throw new Refusal("the checkpoint cannot be read: " + reason);
                case Scanner.Step.Found _, Scanner.Step.Nothing() -> Optional.<CheckpointPage>empty();
            };
            if (page.isEmpty()) {
                throw new Refusal("the checkpoint is damaged at extent " + at.extent() + " offset " + at.offsetBytes());
            }
            page.get().extents().forEach(this::restore);
            page.get().entries().forEach(item -> index.put(item.shard(), item.entry()));
            pages.add(at);
            next = page.get().previous();
        }
    }

    private void restore(CheckpointPage.ExtentState state) {
        extents.open(state.extent(), state.incarnation());
        extents.setWritten(state.extent(), state.writtenBytes());
    }

    /// Applies the frames from a segment's start; where they ended.
    private Superblock.Position replay(Superblock.Segment segment) throws Refusal {
        var position = segment.from();
        while (true) {
            enter(position);
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
            }
            extents.setWritten(position.extent(), at);
            if (next == null && segment.to().isEmpty()) {
                next = successor(position).orElse(null);
            }
            if (next == null) {
                return new Superblock.Position(position.extent(), at, position.incarnation());
            }
            position = next;
        }
    }

    /// An earlier recovery got further: what it found is gone.
    private void warnIfKnownToGoOn(Superblock.Segment segment, Superblock.Position position, long at) {
        if (segment.to().isPresent()) {
            warnings.add("the log ends at extent " + position.extent() + " offset " + at + ", before "
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
                warnings.add("the end of extent " + position.extent() + " rotted: the log goes on in extent " + extent);
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
                    return at;
                }
                return -1;
            }
            case Scanner.Step.Nothing() -> provenFrom = isProven ? -1 : at;
            case Scanner.Step.Unreadable(var reason) ->
                throw new Refusal("extent " + extent + " cannot be read at offset " + at + ": " + reason);
        }
        var resumed = scanner.resume(at, provenFrom);
        if (resumed.isEmpty()) {
            return -1;
        }
        warnings.add("frames rotted at extent " + extent + " from offset " + at + " to " + resumed.getAsLong());
        return resumed.getAsLong();
    }

    private Superblock.Position link(ByteBuffer payload) throws Refusal {
        var in = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int extent = in.remaining() == 12 ? in.getInt() : -1;
        if (extent < Superblocks.COPIES || extent >= extents.count()) {
            throw new Refusal("the log goes on in an extent that does not exist");
        }
        return new Superblock.Position(extent, 0, in.getLong());
    }

    private void apply(Frame frame, Scanner scanner) {
        changesIndex |= frame.operation().changesIndex();
        ShardId shard = frame.shard();
        var at = new Locator(
                frame.extent(), frame.offsetBytes(), frame.payloadBytes(), frame.digest(), frame.incarnation());
        switch (frame.operation()) {
            case VALUE -> index.put(shard, Entry.whole(at));
            case DELETE -> index.remove(shard);
            case SEAL -> {
                var manifest = Manifest.decode(scanner.payload(frame), disk.geometry());
                if (manifest.isPresent()) {
                    index.put(shard, manifest.get().entry(at));
                } else {
                    warnings.add("a manifest rotted at extent " + at.extent() + " offset " + at.offsetBytes());
                    index.remove(shard);
                }
            }
            case OPEN, PAD, END, PIECE, PAGE -> {}
        }
    }
}

package io.flywheel.objects;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.PartLayout;
import org.jspecify.annotations.Nullable;

/// Walks a range of an object's content piece by piece. Of a multipart object it holds one part at a time,
/// never the whole list of blocks.
final class PieceCursor {
    /// Where the next bytes of the range are.
    sealed interface Place {
        /// In memory, in {@code bytes} from {@code from} to {@code to}.
        record InMemory(Bytes bytes, int from, int to) implements Place {}

        /// In pieces of one stripe of a block, {@code first} to {@code last}, from {@code from} of the first to
        /// {@code to} of the last.
        record InBlock(BlockRef block, BlockLayout layout, int first, int last, int from, int to) implements Place {}

        record End() implements Place {}

        /// What the namespace says about the content does not fit together, or is gone.
        record Gone(String reason) implements Place {}
    }

    private final Namespace namespace;
    private final Content content;
    private final long end;
    private long at;

    private @Nullable PartLayout layout;
    private @Nullable Content leaf;
    private long leafStart;
    private long leafEnd;
    private int blockIndex;
    private long blockStart;

    /// The range is the caller's to check against the object's size.
    PieceCursor(Namespace namespace, Content content, long offset, long length) {
        check(offset >= 0 && length >= 0 && offset + length >= 0, "the range lies in the object");
        this.namespace = namespace;
        this.content = content;
        at = offset;
        end = offset + length;
        leafEnd = -1;
    }

    boolean hasMore() {
        return at < end;
    }

    /// Whether {@link #next} needs nothing from the namespace.
    boolean isInside() {
        return at < end && at < leafEnd;
    }

    /// @param piecesMax how many pieces a place in a block may have
    Place next(int piecesMax) {
        if (at == end) {
            return new Place.End();
        }
        if (at >= leafEnd) {
            var problem = enterLeaf();
            if (problem != null) {
                return problem;
            }
        }
        return switch (leaf) {
            case Content.Inline(var bytes) -> inMemory(bytes);
            case Content.Blocks(var blocks) -> {
                while (blockIndex < blocks.size()
                        && at >= blockStart + blocks.get(blockIndex).lengthBytes()) {
                    blockStart += blocks.get(blockIndex).lengthBytes();
                    blockIndex++;
                }
                yield blockIndex < blocks.size() ? inBlock(blocks.get(blockIndex), piecesMax) : tooShort();
            }
            case Content.Parts _ -> new Place.Gone("a part is made of parts");
            case null -> throw new IllegalStateException("a leaf was entered");
        };
    }

    /// Goes back to where a place that {@link #next} gave begins, so that it is given again.
    void back(Place.InBlock place) {
        at = blockStart + place.layout().pieceStart(place.first()) + place.from();
    }

    private Place inMemory(Bytes bytes) {
        int from = (int) (at - leafStart);
        int to = (int) Math.min(bytes.length(), end - leafStart);
        if (from >= to) {
            return tooShort();
        }
        at = leafStart + to;
        return new Place.InMemory(bytes, from, to);
    }

    private Place inBlock(BlockRef block, int piecesMax) {
        return switch (BlockLayout.of(block)) {
            case BlockLayout.Read.Unknown(var why) -> new Place.Gone(block + ": " + why);
            case BlockLayout.Read.Known(var layout) -> {
                int from = (int) (at - blockStart);
                long to = Math.min(Math.min(blockStart + block.lengthBytes(), end), leafEnd) - blockStart;
                int first = layout.pieceAt(from);
                int lastOfStripe = (layout.stripeOf(first) + 1) * layout.columns() - 1;
                int last = Math.min(
                        Math.min(layout.pieceAt((int) to - 1), lastOfStripe), first + Math.max(1, piecesMax) - 1);
                to = Math.min(to, layout.pieceStart(last) + layout.pieceBytes(last));
                at = blockStart + to;
                yield new Place.InBlock(
                        block,
                        layout,
                        first,
                        last,
                        from - layout.pieceStart(first),
                        (int) to - layout.pieceStart(last));
            }
        };
    }

    private Place tooShort() {
        return new Place.Gone("the content ends before byte " + at + " of the range that ends at " + end);
    }

    private @Nullable Place enterLeaf() {
        if (!(content instanceof Content.Parts(var upload))) {
            if (leaf != null) {
                return tooShort();
            }
            leaf = content;
            leafStart = 0;
            leafEnd = Long.MAX_VALUE;
            return null;
        }
        var parts = layout;
        if (parts == null) {
            parts = namespace.layout(upload).orElse(null);
            layout = parts;
        }
        if (parts == null) {
            return new Place.Gone("upload " + upload + " is gone");
        }
        int index = parts.indexAt(at);
        if (index >= parts.count()) {
            return tooShort();
        }
        var part = namespace.part(upload, parts.numbers()[index]).orElse(null);
        if (part == null) {
            return new Place.Gone("part " + parts.numbers()[index] + " of upload " + upload + " is gone");
        }
        leaf = part.content();
        leafStart = parts.startOf(index);
        leafEnd = parts.ends()[index];
        blockIndex = 0;
        blockStart = leafStart;
        return null;
    }
}

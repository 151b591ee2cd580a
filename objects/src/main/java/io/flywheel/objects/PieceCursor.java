package io.flywheel.objects;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.PartLayout;
import org.jspecify.annotations.Nullable;

/// Walks a range of an object's content piece by piece. Of a multipart object it holds one part at a time, never the
/// whole list of blocks.
final class PieceCursor {
    /// Where the next bytes of the range are.
    sealed interface Place {
        /// In memory, in {@code bytes} from {@code from} to {@code to}.
        record InMemory(Bytes bytes, int from, int to) implements Place {}

        /// In piece {@code piece} of a block, from {@code from} to {@code to} of that piece.
        record InBlock(BlockRef block, int piece, int from, int to) implements Place {}

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

    Place next() {
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
                yield blockIndex < blocks.size() ? inBlock(blocks.get(blockIndex)) : tooShort();
            }
            case Content.Parts _ -> new Place.Gone("a part is made of parts");
            case null -> throw new IllegalStateException("a leaf was entered");
        };
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

    private Place inBlock(BlockRef block) {
        long inBlock = at - blockStart;
        int piece = (int) (inBlock / block.pieceBytes());
        long pieceStart = (long) piece * block.pieceBytes();
        long pieceEnd = Math.min(pieceStart + block.pieceBytes(), block.lengthBytes());
        long to = Math.min(Math.min(pieceEnd, end - blockStart), leafEnd - blockStart);
        at = blockStart + to;
        return new Place.InBlock(block, piece, (int) (inBlock - pieceStart), (int) (to - pieceStart));
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

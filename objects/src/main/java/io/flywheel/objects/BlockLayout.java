package io.flywheel.objects;

import io.flywheel.erasure.ErasureCode;
import io.flywheel.erasure.Scheme;
import io.flywheel.erasure.Slots;
import io.flywheel.namespace.BlockRef;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/// Where the bytes of a block are. A block is cut into stripes, a stripe into k data cells, to which m parity
/// cells are added; shard i holds cell i of each stripe, one after the other. For `rs(4,2)`:
///
/// ```
///             shard 0   1    2    3    4    5
///  stripe 0   │ 0  │ 1  │ 2  │ 3  │ P  │ Q  │     cells of cellBytes (256 KiB): pieces 0 to 3
///  stripe 1   │ 4  │ 5  │ 6  │ 7  │ P  │ Q  │
///  stripe 2   │8│9│10│P│Q│                        the last: what is left, shared out evenly
/// ```
///
/// A piece is what the end-to-end checksums are of: a data cell without the zeros that fill the last one up.
/// All shards of a block have the same length. A copy is a shard of which each stripe is one cell.
///
/// @param slots for each shard the slot of its copyset
/// @param lengthBytes of the block
/// @param cellBytes in all stripes but the last
public record BlockLayout(Scheme scheme, List<Integer> slots, int lengthBytes, int cellBytes) {
    /// What the record of a block says about its layout.
    public sealed interface Read {
        record Known(BlockLayout layout) implements Read {}

        /// Written by another release, or damaged.
        record Unknown(String why) implements Read {}
    }

    public static Read of(BlockRef ref) {
        var identity =
                ByteBuffer.allocate(Scheme.IDENTITY_BYTES).putInt(ref.scheme()).flip();
        return switch (Scheme.readIdentity(identity)) {
            case Scheme.Identity.Unknown(var why) -> new Read.Unknown(why);
            case Scheme.Identity.Known(var scheme) -> {
                if (ref.lengthBytes() < 1
                        || ref.lengthBytes() > DataWriter.BLOCK_BYTES_MAX
                        || ref.pieceBytes() < 1
                        || ref.pieceBytes() > ErasureCode.CELL_BYTES_MAX) {
                    yield new Read.Unknown(ref + " cannot have pieces of " + ref.pieceBytes() + " bytes");
                }
                var slots = new Slots(ref.slots());
                if (slots.size() != scheme.shards()) {
                    yield new Read.Unknown(ref + " of " + scheme + " cannot have " + slots.size() + " slots");
                }
                var layout = new BlockLayout(scheme, slots(slots), ref.lengthBytes(), ref.pieceBytes());
                yield layout.pieces() == ref.pieceCrcs().length
                        ? new Read.Known(layout)
                        : new Read.Unknown(ref + " has " + layout.pieces() + " pieces and " + ref.pieceCrcs().length
                                + " checksums");
            }
        };
    }

    private static List<Integer> slots(Slots slots) {
        return IntStream.of(slots.toArray()).boxed().toList();
    }

    /// The identity of a scheme, as {@link BlockRef#scheme} has it.
    static int identity(Scheme scheme) {
        var identity = ByteBuffer.allocate(Scheme.IDENTITY_BYTES);
        scheme.writeIdentity(identity);
        return identity.getInt(0);
    }

    /// Data cells of a stripe.
    int columns() {
        return scheme.dataShards();
    }

    int stripeBytes() {
        return columns() * cellBytes;
    }

    private int fullStripes() {
        return lengthBytes / stripeBytes();
    }

    /// Bytes of the data in the last stripe when it is shorter than the others, else 0.
    private int restBytes() {
        return lengthBytes % stripeBytes();
    }

    int stripes() {
        return fullStripes() + (restBytes() > 0 ? 1 : 0);
    }

    /// Bytes of each cell of a stripe.
    int cellBytes(int stripe) {
        return stripe < fullStripes() ? cellBytes : ceil(restBytes(), columns());
    }

    int pieces() {
        int rest = restBytes();
        return fullStripes() * columns() + (rest > 0 ? ceil(rest, cellBytes(fullStripes())) : 0);
    }

    /// The piece that holds a byte of the block.
    int pieceAt(int offsetBytes) {
        int full = fullStripes() * stripeBytes();
        return offsetBytes < full
                ? offsetBytes / cellBytes
                : fullStripes() * columns() + (offsetBytes - full) / cellBytes(fullStripes());
    }

    int stripeOf(int piece) {
        return piece / columns();
    }

    int columnOf(int piece) {
        return piece % columns();
    }

    /// Where a piece begins in the block.
    int pieceStart(int piece) {
        int stripe = stripeOf(piece);
        return stripe * stripeBytes() + columnOf(piece) * cellBytes(stripe);
    }

    int pieceBytes(int piece) {
        return Math.min(cellBytes(stripeOf(piece)), lengthBytes - pieceStart(piece));
    }

    /// Where a stripe's cell begins in each shard.
    int cellStart(int stripe) {
        return stripe * cellBytes;
    }

    /// The length of every shard of the block.
    public int shardBytes() {
        int last = stripes() - 1;
        return cellStart(last) + cellBytes(last);
    }

    private static int ceil(int number, int divisor) {
        return (number + divisor - 1) / divisor;
    }
}

package io.flywheel.shardstore;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the index knows of one value. Its place is never reused, so that a value that moved has another entry:
/// {@link #isSame}.
final class Entry {
    /// Stands where a value was removed that older tables may still know.
    static final Entry REMOVED = new Entry(new Locator(0, 0, 0, 0, 0), 0, false, List.of());

    private final Locator at;
    private final int lengthBytes;
    private final boolean inPieces;
    private final List<Share> shares;

    /// The bytes of frames that a value's pieces take in one extent.
    record Share(int extent, int bytes) {}

    /// @param at the value's frame, or that of its manifest
    /// @param shares of the pieces, without the manifest's own frame
    Entry(Locator at, int lengthBytes, boolean inPieces, List<Share> shares) {
        this.at = at;
        this.lengthBytes = lengthBytes;
        this.inPieces = inPieces;
        this.shares = List.copyOf(shares);
    }

    static Entry whole(Locator at) {
        return new Entry(at, at.payloadBytes(), false, List.of());
    }

    Locator at() {
        return at;
    }

    int lengthBytes() {
        return lengthBytes;
    }

    boolean inPieces() {
        return inPieces;
    }

    List<Share> shares() {
        return shares;
    }

    boolean isRemoved() {
        return this == REMOVED;
    }

    boolean isAt(int extent, long offsetBytes) {
        return at.extent() == extent && at.offsetBytes() == offsetBytes;
    }

    /// Whether the value is, or may be, partly in this frame of its shard.
    boolean needs(Frame frame) {
        return switch (frame.operation()) {
            case VALUE, SEAL -> isAt(frame.extent(), frame.offsetBytes());
            case PIECE -> shares.stream().anyMatch(share -> share.extent() == frame.extent());
            case OPEN, PAD, END, DELETE, PAGE, TABLE_PAGE, TABLE_ROOT -> false;
        };
    }

    /// Whether the other one says the same place.
    boolean isSame(@Nullable Entry other) {
        return other != null && at.equals(other.at);
    }
}

package io.flywheel.shardstore;

import java.util.List;

/// What the index knows of one value. Compared by identity: a value that moved has another entry.
final class Entry {
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

    boolean isAt(int extent, long offsetBytes) {
        return at.extent() == extent && at.offsetBytes() == offsetBytes;
    }
}

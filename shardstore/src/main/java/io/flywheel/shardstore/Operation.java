package io.flywheel.shardstore;

import org.jspecify.annotations.Nullable;

/// What a frame does. The codes are part of the disk's format.
enum Operation {
    /// The first frame of an extent: whose it is (the disk's id).
    OPEN(1),
    /// Fills a group commit up to a sector; its payload means nothing.
    PAD(2),
    /// The last frame of an extent: where the log goes on.
    END(3),
    /// A whole value.
    VALUE(4),
    /// A part of a value that a later {@link #SEAL} may complete.
    PIECE(5),
    /// Completes a value of several pieces: their list.
    SEAL(6),
    /// Removes a value; the payload is the entry that goes ({@link EntryFormat}).
    DELETE(7),
    /// A page of a checkpoint.
    PAGE(8),
    /// A page of a table of the index.
    TABLE_PAGE(9),
    /// The root of a table of the index.
    TABLE_ROOT(10);

    private static final Operation[] BY_CODE = new Operation[16];

    static {
        for (var operation : values()) {
            BY_CODE[operation.code] = operation;
        }
    }

    private final int code;

    Operation(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static @Nullable Operation of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /// Whether the frame holds a part of the index, which says nothing that other frames do not.
    boolean isOfIndex() {
        return this == PAGE || this == TABLE_PAGE || this == TABLE_ROOT;
    }

    /// Whether the frame changes what the index says; a log with no such frame need not be replayed.
    boolean changesIndex() {
        return this == VALUE || this == SEAL || this == DELETE;
    }
}

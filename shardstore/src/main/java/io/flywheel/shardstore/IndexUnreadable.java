package io.flywheel.shardstore;

/// A page of the index cannot be read, so that what it holds is not known: neither there nor missing.
public final class IndexUnreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean damaged;

    /// @param damaged the bytes on the disk are not those that were written; otherwise the disk failed
    IndexUnreadable(boolean damaged, String message) {
        super(message);
        this.damaged = damaged;
    }

    boolean isDamage() {
        return damaged;
    }

    ShardStore.Read read() {
        return damaged ? new ShardStore.Read.Corrupt(message()) : new ShardStore.Read.Failed(message());
    }

    String message() {
        return String.valueOf(getMessage());
    }
}

package io.flywheel.shardstore;

/// A page of the index cannot be read, so that what it holds is not known: neither there nor missing.
public final class IndexUnreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Locator page;
    private final boolean damaged;

    private IndexUnreadable(Locator page, boolean damaged, String message) {
        super(message);
        this.page = page;
        this.damaged = damaged;
    }

    /// The bytes on the disk are not those that were written.
    static IndexUnreadable damaged(Locator page) {
        return new IndexUnreadable(
                page, true, "a page of the index at extent " + page.extent() + " offset " + page.offsetBytes());
    }

    /// The disk failed.
    static IndexUnreadable failed(Locator page, Throwable cause) {
        return new IndexUnreadable(page, false, "the index: " + cause.getMessage());
    }

    Locator page() {
        return page;
    }

    /// What another node says of its disk.
    ///
    /// @param damaged the bytes on the disk are not those that were written; otherwise it was not read
    public static IndexUnreadable elsewhere(boolean damaged, String message) {
        return new IndexUnreadable(new Locator(0, 0, 0, 0, 0), damaged, message);
    }

    /// Whether the bytes on the disk are not those that were written.
    public boolean isDamage() {
        return damaged;
    }

    ShardStore.Read read() {
        return damaged ? new ShardStore.Read.Corrupt(message()) : new ShardStore.Read.Failed(message());
    }

    String message() {
        return String.valueOf(getMessage());
    }
}

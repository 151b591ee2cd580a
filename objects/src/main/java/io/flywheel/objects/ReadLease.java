package io.flywheel.objects;

import org.jspecify.annotations.Nullable;

/// Keeps the blocks that were referenced when it began from being deleted, for at most {@link ReadLeases#BOUND}. To be
/// taken before the version is looked up, and closed when its bytes are no longer read.
public final class ReadLease implements AutoCloseable {
    final long position;
    final long beganNanos;
    private final ReadLeases leases;

    /// The links belong to {@link ReadLeases} and its lock.
    @Nullable
    ReadLease before;

    @Nullable
    ReadLease after;

    boolean active = true;

    ReadLease(ReadLeases leases, long position, long beganNanos) {
        this.leases = leases;
        this.position = position;
        this.beganNanos = beganNanos;
    }

    /// Idempotent; callable from any thread.
    @Override
    public void close() {
        leases.end(this);
    }
}

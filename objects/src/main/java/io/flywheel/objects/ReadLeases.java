package io.flywheel.objects;

import io.flywheel.base.Clock;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.Namespace;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The reads under way. A read that began at position P of the namespace may use blocks that were queued for deletion
/// after P; it never sees those queued before. So what was queued up to the oldest read's P can be deleted.
///
/// Leases are kept in the order in which they began, which is also that of their positions: the oldest is the first of
/// a linked list, and beginning and ending one costs the same however many there are.
final class ReadLeases {
    /// A read may take this long; a slower one may find its blocks gone, and is cut (it never gets other bytes, because
    /// block ids are not reused).
    static final Duration BOUND = Duration.ofHours(1);

    private final Namespace namespace;
    private final Clock clock;
    private final Tasks.Mutex mutex;
    private @Nullable ReadLease first;
    private @Nullable ReadLease last;

    ReadLeases(Namespace namespace, Clock clock, Tasks tasks) {
        this.namespace = namespace;
        this.clock = clock;
        mutex = tasks.mutex();
    }

    ReadLease begin() {
        mutex.lock();
        try {
            // The position is read under the lock: otherwise the reclaimer could miss a lease that is older than it.
            var lease = new ReadLease(this, namespace.position(), clock.monotonicNanos());
            var newest = last;
            lease.before = newest;
            if (newest == null) {
                first = lease;
            } else {
                newest.after = lease;
            }
            last = lease;
            return lease;
        } finally {
            mutex.unlock();
        }
    }

    void end(ReadLease lease) {
        mutex.lock();
        try {
            unlink(lease);
        } finally {
            mutex.unlock();
        }
    }

    /// Blocks that were queued for deletion at this position or before are read by nobody.
    long horizon() {
        mutex.lock();
        try {
            long expired = clock.monotonicNanos() - BOUND.toNanos();
            while (first != null && first.beganNanos < expired) {
                unlink(first);
            }
            return first != null ? first.position : namespace.position();
        } finally {
            mutex.unlock();
        }
    }

    private void unlink(ReadLease lease) {
        if (!lease.active) {
            return;
        }
        lease.active = false;
        var before = lease.before;
        var after = lease.after;
        if (before == null) {
            first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
        lease.before = null;
        lease.after = null;
    }
}

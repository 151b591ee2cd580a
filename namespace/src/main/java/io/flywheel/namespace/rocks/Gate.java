package io.flywheel.namespace.rocks;

import io.flywheel.namespace.keyvalue.KeyValues.Broken;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Counts calls in flight, so that closing can wait for them and keep later ones out.
final class Gate {
    private static final long CLOSED = Long.MIN_VALUE;

    private final AtomicLong inside = new AtomicLong();

    void enter() {
        if (inside.incrementAndGet() < 0) {
            inside.decrementAndGet();
            throw new Broken("the namespace is closed", null);
        }
    }

    void leave() {
        inside.decrementAndGet();
    }

    /// Returns once nobody is inside; false when it was closed before.
    boolean close() {
        while (true) {
            long count = inside.get();
            if (count < 0) {
                return false;
            }
            if (inside.compareAndSet(count, CLOSED + count)) {
                break;
            }
        }
        while (inside.get() != CLOSED) {
            LockSupport.parkNanos(100_000);
        }
        return true;
    }
}

package io.flywheel.frontend.http;

import java.util.concurrent.atomic.AtomicLong;

/// A bounded amount of memory, in bytes, that many requests share.
final class Budget {
    private final AtomicLong free;

    Budget(long bytes) {
        free = new AtomicLong(bytes);
    }

    /// Takes {@code bytes}, or nothing and returns false when they are not free.
    boolean reserve(long bytes) {
        long now = free.get();
        while (now >= bytes) {
            if (free.compareAndSet(now, now - bytes)) {
                return true;
            }
            now = free.get();
        }
        return false;
    }

    void release(long bytes) {
        free.addAndGet(bytes);
    }
}

package io.flywheel.loadtest.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The results of a transaction that others can get: the last few thousand.
final class ResultPool {
    static final int KEPT_MAX = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Object> kept = new ArrayList<>();
    private int displaced;

    /// Keeps a result.
    ///
    /// @return the one that it displaced
    Optional<Object> add(Object result) {
        lock.lock();
        try {
            if (kept.size() < KEPT_MAX) {
                kept.add(result);
                return Optional.empty();
            }
            displaced = (displaced + 1) % KEPT_MAX;
            return Optional.of(kept.set(displaced, result));
        } finally {
            lock.unlock();
        }
    }

    /// One of them.
    ///
    /// @param draw any number, says which
    /// @param take it is not kept any more
    Optional<Object> draw(long draw, boolean take) {
        lock.lock();
        try {
            if (kept.isEmpty()) {
                return Optional.empty();
            }
            int at = (int) Long.remainderUnsigned(draw, kept.size());
            if (!take) {
                return Optional.of(kept.get(at));
            }
            Object last = kept.removeLast();
            return Optional.of(at == kept.size() ? last : kept.set(at, last));
        } finally {
            lock.unlock();
        }
    }

    /// The next to clean up, or null.
    @Nullable
    Object takeAny() {
        lock.lock();
        try {
            return kept.isEmpty() ? null : kept.removeLast();
        } finally {
            lock.unlock();
        }
    }
}

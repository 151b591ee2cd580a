package io.flywheel.base;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What may be under way on one connection: {@link Transport.Limits} as something to wait for. Who waits goes in turn,
/// so that a large call is not starved by small ones. Where there is room nobody takes the mutex.
public final class CallWindow {
    private final Transport.Limits limits;
    private final Clock clock;
    private final Tasks.Mutex mutex;
    private final Tasks.Condition changed;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ArrayDeque<Long> queue = new ArrayDeque<>();
    private long turns;

    public CallWindow(Tasks tasks, Clock clock, Transport.Limits limits) {
        this.limits = limits;
        this.clock = clock;
        this.mutex = tasks.mutex();
        this.changed = mutex.condition();
    }

    /// Waits for room; false when there was none until the deadline.
    public boolean enter(long callBytes, long deadlineNanos) {
        return (waiting.get() == 0 && tryEnter(callBytes)) || awaitTurn(callBytes, deadlineNanos);
    }

    private boolean tryEnter(long callBytes) {
        if (calls.incrementAndGet() <= limits.callsMax()) {
            long before = bytes.getAndAdd(callBytes);
            if (before == 0 || before + callBytes <= limits.bytesMax()) {
                return true;
            }
            bytes.addAndGet(-callBytes);
        }
        calls.decrementAndGet();
        return false;
    }

    private boolean awaitTurn(long callBytes, long deadlineNanos) {
        mutex.lock();
        Long turn = turns++;
        try {
            waiting.incrementAndGet();
            queue.add(turn);
            // Whoever is first may have been refused only because this caller had taken room and given it back.
            changed.signalAll();
            while (!(turn.equals(queue.peek()) && tryEnter(callBytes))) {
                long left = deadlineNanos - clock.monotonicNanos();
                if (left <= 0) {
                    return false;
                }
                changed.await(Duration.ofNanos(left));
            }
            return true;
        } finally {
            queue.remove(turn);
            waiting.decrementAndGet();
            changed.signalAll();
            mutex.unlock();
        }
    }

    /// Gives the room back that {@link #enter} gave.
    public void leave(long callBytes) {
        bytes.addAndGet(-callBytes);
        calls.decrementAndGet();
        if (waiting.get() > 0) {
            mutex.lock();
            try {
                changed.signalAll();
            } finally {
                mutex.unlock();
            }
        }
    }
}

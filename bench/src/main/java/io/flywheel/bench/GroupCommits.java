package io.flywheel.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/// Callers in a closed loop and one writer that takes whatever waits as one commit: the least that a durable write of
/// many callers costs.
final class GroupCommits {
    private GroupCommits() {}

    /// One round. The CPU time is this process's: nothing else may run in it meanwhile.
    ///
    /// @param bytes of each caller's write
    /// @param most writes in one commit
    /// @param commit makes so many writes persistent
    static Sample run(int callers, int bytes, int most, Duration duration, IntConsumer commit) throws Exception {
        var waiting = new ArrayBlockingQueue<Semaphore>(callers);
        var done = new AtomicLong();
        var running = new CountDownLatch(callers);
        double cpu = ServerProcess.ownCpuSeconds();
        long begin = System.nanoTime();
        long end = begin + duration.toNanos();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < callers; caller++) {
                var _ = threads.submit(() -> {
                    var answered = new Semaphore(0);
                    while (System.nanoTime() < end) {
                        waiting.put(answered);
                        answered.acquire();
                        done.incrementAndGet();
                    }
                    running.countDown();
                    return null;
                });
            }
            var taken = new ArrayList<Semaphore>();
            while (running.getCount() > 0) {
                var first = waiting.poll(1, TimeUnit.MILLISECONDS);
                if (first != null) {
                    taken.clear();
                    taken.add(first);
                    waiting.drainTo(taken, most - 1);
                    commit.accept(taken.size());
                    taken.forEach(Semaphore::release);
                }
            }
        }
        return Sample.untimed(
                done.get(), done.get() * bytes, ServerProcess.ownCpuSeconds() - cpu, (System.nanoTime() - begin) / 1e9);
    }
}

package io.flywheel.bench;

import static io.flywheel.base.Check.check;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/// When each execution of a run at a constant rate ended, written down beside the run's own counting, and what wrk2
/// says of that: the latency of the n-th is its end minus the first one's intended start and n times the rate's gap.
/// Nothing of the run's times enters but that one moment; no histogram is involved.
final class RawTrace {
    private final int perSecond;
    private final AtomicLongArray intended;
    private final AtomicLongArray ended;

    /// @param executions how many there will be
    RawTrace(int perSecond, int executions) {
        check(perSecond > 0 && executions > 0, "a rate, and something to trace");
        this.perSecond = perSecond;
        this.intended = new AtomicLongArray(executions);
        this.ended = new AtomicLongArray(executions);
    }

    /// The run says that an execution was to begin at that moment.
    void begun(long number, long intendedNanos) {
        intended.setRelease(Math.toIntExact(number), intendedNanos);
    }

    void ended(long number, long nanos) {
        ended.setRelease(Math.toIntExact(number), nanos);
    }

    /// What was written down, when the run is over.
    ///
    /// @throws IllegalStateException when nothing was
    Seen seen() {
        long first = intended.getAcquire(0);
        var latencies = new long[ended.length()];
        int count = 0;
        long error = 0;
        for (int number = 0; number < ended.length(); number++) {
            if (intended.getAcquire(number) == 0 || ended.getAcquire(number) == 0) {
                continue;
            }
            long due = first + Math.round(number * 1e9 / perSecond);
            error = Math.max(error, Math.abs(intended.getAcquire(number) - due));
            latencies[count++] = ended.getAcquire(number) - due;
        }
        if (first == 0 || count == 0) {
            throw new IllegalStateException("nothing was traced");
        }
        var sorted = Arrays.copyOf(latencies, count);
        Arrays.sort(sorted);
        return new Seen(sorted, error);
    }

    /// @param sortedNanos every latency
    /// @param scheduleErrorNanos the most by which an intended start of the run was not n times the gap
    record Seen(long[] sortedNanos, long scheduleErrorNanos) {
        int count() {
            return sortedNanos.length;
        }

        /// The least latency that so many percent do not exceed.
        long percentile(double percent) {
            // A percentile such as 99.9 is not exact in binary.
            int rank = (int) Math.ceil(percent * sortedNanos.length / 100 - 1e-6);
            return sortedNanos[Math.clamp(rank, 1, sortedNanos.length) - 1];
        }
    }
}

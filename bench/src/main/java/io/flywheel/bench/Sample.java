package io.flywheel.bench;

import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/// What one round came to.
///
/// @param operations requests that ended in the round
/// @param bytes payload bytes of those requests
/// @param cpuSeconds user and system time of the measured process during the round
/// @param wallSeconds the round's length
/// @param latencyMicros of each operation; empty where single operations were not timed
record Sample(long operations, long bytes, double cpuSeconds, double wallSeconds, Histogram latencyMicros) {
    static Sample untimed(long operations, long bytes, double cpuSeconds, double wallSeconds) {
        return new Sample(operations, bytes, cpuSeconds, wallSeconds, new Histogram(1));
    }

    /// Times work of this process, in which nothing else may run meanwhile.
    ///
    /// @param bytes payload of each operation
    /// @param work answers how many operations it did
    static Sample here(int bytes, LongSupplier work) {
        double cpu = ServerProcess.ownCpuSeconds();
        long begin = System.nanoTime();
        long operations = work.getAsLong();
        return untimed(
                operations, operations * bytes, ServerProcess.ownCpuSeconds() - cpu, (System.nanoTime() - begin) / 1e9);
    }
}

package io.flywheel.bench;

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
}

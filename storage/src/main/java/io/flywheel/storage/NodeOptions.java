package io.flywheel.storage;

import static io.flywheel.base.Check.check;

import java.time.Duration;

/// How a storage node serves each of its disks.
///
/// @param readsAtOnce reads of a disk that are served beside each other
/// @param writesAtOnce writes that are handed to the engine beside each other; those that wait for the flush
/// that they share are not counted
/// @param queuedMax requests that wait for their turn, of reads and of writes; more are refused
/// @param sessionsMax values that are written as streams beside each other
/// @param sessionIdleMax after so long without a message a stream is dropped
public record NodeOptions(int readsAtOnce, int writesAtOnce, int queuedMax, int sessionsMax, Duration sessionIdleMax) {
    public static final NodeOptions DEFAULT = new NodeOptions(32, 16, 4096, 4096, Duration.ofMinutes(2));

    public NodeOptions {
        check(readsAtOnce >= 1 && writesAtOnce >= 1, "at least one request at once");
        check(queuedMax >= 0, "queuedMax");
        check(sessionsMax >= 1, "sessionsMax");
        check(sessionIdleMax.isPositive(), "sessionIdleMax");
    }
}

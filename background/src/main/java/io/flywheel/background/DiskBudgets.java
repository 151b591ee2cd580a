package io.flywheel.background;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Clock;
import io.flywheel.base.DiskId;
import io.flywheel.storage.DiskHealth;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// So many bytes a second to and from each disk, fewer the more others ask of it. What is taken is paid off as time
/// passes; nothing is saved up. For one task at a time.
final class DiskBudgets {
    /// So many requests in flight halve the rate.
    private static final double HOT = 4;

    private static final double NANOS_PER_SECOND = 1e9;

    private final Disks disks;
    private final Clock clock;
    private final long bytesPerSecond;
    private final double slowdownMax;
    private final Map<DiskId, Long> freeNanos = new HashMap<>();

    /// @param slowdownMax how much the rate falls at most on a disk that others use
    DiskBudgets(Disks disks, Clock clock, long bytesPerSecond, double slowdownMax) {
        check(bytesPerSecond > 0, "bytesPerSecond");
        check(slowdownMax >= 1, "slowdownMax");
        this.disks = disks;
        this.clock = clock;
        this.bytesPerSecond = bytesPerSecond;
        this.slowdownMax = slowdownMax;
    }

    /// How many requests others have in flight at the disk slow it down, now that none of ours is.
    private double slowdown(DiskId disk, double most) {
        int inFlight = disks.disk(disk)
                .flatMap(remote -> remote.health().await())
                .map(DiskHealth::heat)
                .map(heat -> heat.inFlight())
                .orElse(0);
        return Math.min(most, 1 + inFlight / HOT);
    }

    /// @param urgent whether to yield to others by half at most
    void take(DiskId disk, long bytes, boolean urgent) {
        double slowdown = slowdown(disk, urgent ? Math.min(2, slowdownMax) : slowdownMax);
        long costNanos = (long) (bytes * NANOS_PER_SECOND / bytesPerSecond * slowdown);
        long now = clock.monotonicNanos();
        Long free = freeNanos.get(disk);
        freeNanos.put(disk, (free == null || free - now < 0 ? now : free) + costNanos);
    }

    /// Until what was taken is paid.
    Duration delay(DiskId disk) {
        Long free = freeNanos.get(disk);
        return Duration.ofNanos(free == null ? 0 : Math.max(0, free - clock.monotonicNanos()));
    }
}

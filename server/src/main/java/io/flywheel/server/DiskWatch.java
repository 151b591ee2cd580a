package io.flywheel.server;

import io.flywheel.base.Clock;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.Tasks;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at each disk again and again: a folder that is gone, or another disk's now, is detached; a disk that
/// takes no more writes or hangs is recorded as absent, so that its slots are rebuilt elsewhere, while what it
/// still answers is read last. One that hung and answers again is present again.
///
/// Files that are open can be written after they were deleted: only looking at the folder tells.
final class DiskWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final LocalFleet fleet;
    private final Tasks tasks;
    private final Clock clock;
    private final Map<DiskId, Watched> watched = new HashMap<>();
    private final Tasks.Promise<Boolean> stop;
    private final Tasks.Task task;

    /// One disk. A look that hangs holds up its own task and thread only.
    private static final class Watched {
        final AttachedDisk disk;
        final Tasks.BlockingPool pool;
        boolean givenUp;

        Watched(AttachedDisk disk, Tasks.BlockingPool pool) {
            this.disk = disk;
            this.pool = pool;
        }

        void look(Tasks tasks) {
            var presence = tasks.blocking(pool, disk.directory()::presence);
            // The folder may be known from memory: the device is asked too.
            if (presence instanceof DiskDirectory.Presence.There && disk.probe() instanceof Disk.Io.Failed(var cause)) {
                presence = new DiskDirectory.Presence.Unreadable(String.valueOf(cause.getMessage()));
            }
            disk.condition().saw(presence, disk.fence());
        }
    }

    private DiskWatch(LocalFleet fleet, Tasks tasks, Clock clock) {
        this.fleet = fleet;
        this.tasks = tasks;
        this.clock = clock;
        stop = tasks.promise();
        task = tasks.start("disk watch", this::run);
    }

    /// Starts; close it to stop.
    static DiskWatch start(LocalFleet fleet, Tasks tasks, Clock clock) {
        return new DiskWatch(fleet, tasks, clock);
    }

    private void run() {
        while (stop.await(PAUSE).isEmpty()) {
            var disks = fleet.disks();
            watched.values().removeIf(each -> {
                boolean detached = disks.get(each.disk.id()) != each.disk;
                if (detached) {
                    each.pool.close();
                }
                return detached;
            });
            disks.forEach((id, disk) ->
                    look(watched.computeIfAbsent(id, _ -> new Watched(disk, tasks.pool("watch " + disk.path(), 1)))));
        }
        watched.values().forEach(each -> each.pool.close());
    }

    private void look(Watched each) {
        var id = each.disk.id();
        var condition = each.disk.condition();
        if (condition.isGone()) {
            fleet.detach(id, "its folder " + each.disk.path() + " is gone, or is another disk now");
            return;
        }
        var trouble = condition.trouble(clock.monotonicNanos());
        if (trouble.isPresent() && !each.givenUp) {
            LOG.error("disk {} at {} is given up: {}", id, each.disk.path(), trouble.get());
            each.givenUp = true;
            fleet.mark(id, false);
        } else if (trouble.isEmpty() && each.givenUp) {
            LOG.info("disk {} at {} is well again", id, each.disk.path());
            each.givenUp = false;
            fleet.mark(id, true);
        }
        if (!condition.isAsked()) {
            condition.asked(clock.monotonicNanos());
            tasks.start("look at disk", () -> each.look(tasks));
        }
    }

    @Override
    public void close() {
        stop.complete(true);
        task.join();
    }
}

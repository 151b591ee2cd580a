package io.flywheel.server;

import io.flywheel.background.Audit;
import io.flywheel.background.DamageReports;
import io.flywheel.background.Disks;
import io.flywheel.background.ExpireUploads;
import io.flywheel.background.Rebalance;
import io.flywheel.background.Reclaim;
import io.flywheel.background.Repair;
import io.flywheel.background.Scrub;
import io.flywheel.background.Worker;
import io.flywheel.background.WorkerDriver;
import io.flywheel.base.BufferPool;
import io.flywheel.base.Clock;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.Namespace;
import io.flywheel.objects.Codes;
import io.flywheel.objects.DataPath;
import io.flywheel.objects.Hedging;
import io.flywheel.objects.ObjectData;
import java.util.List;

/// The data services of this process, each group on a task of its own: what restores redundancy never waits for
/// what only looks.
final class DataServices implements AutoCloseable {
    /// Of one task's time that services may take which are in no hurry.
    private static final double SHARE = 0.5;

    /// Memory for rebuilding, of {@link BufferPool#PIECE_BYTES} each, apart from what users are served with: 16
    /// MiB.
    private static final int BUFFERS = 64;

    private static final double SLOWDOWN_MAX = 10;
    private static final int REPAIRS_AT_ONCE = 4;
    private static final int MOVES_AT_ONCE = 2;

    private final List<Worker> workers;
    private final Scrub scrub;
    private final List<WorkerDriver> drivers;

    private DataServices(List<Worker> workers, Scrub scrub, List<WorkerDriver> drivers) {
        this.workers = workers;
        this.scrub = scrub;
        this.drivers = drivers;
    }

    /// What the services work on.
    record Store(LocalFleet fleet, Namespace namespace, ObjectData data, Codes codes) {}

    static DataServices start(Store store, Configuration configuration, Tasks tasks, Clock clock, Random random) {
        var fleet = store.fleet();
        Disks disks = fleet::reachable;
        var reports = new DamageReports();
        fleet.objects().reportTo(reports::report);
        var path = new DataPath(
                fleet.objects(),
                tasks,
                clock,
                new BufferPool(tasks, BufferPool.PIECE_BYTES, BUFFERS),
                new BufferPool(tasks, BufferPool.PIECE_BYTES, BUFFERS),
                store.codes(),
                new Hedging(tasks));
        var options = new Repair.Options(
                configuration.repairGrace(), configuration.repairBytesPerSecond(), SLOWDOWN_MAX, REPAIRS_AT_ONCE);
        var repair = new Repair(fleet.fleet(), store.namespace(), store.data(), path, disks, reports, random, options);
        var rebalance = new Rebalance(
                fleet.fleet(),
                () -> List.copyOf(fleet.schemes().shapes(fleet.fleet().map())),
                disks,
                clock,
                random,
                configuration.repairGrace(),
                MOVES_AT_ONCE);
        var audit = new Audit(
                fleet.fleet(),
                store.namespace(),
                store.data(),
                disks,
                reports,
                clock,
                Audit.Options.of(configuration.auditGrace(), configuration.auditPeriod()));
        var scrub = new Scrub(
                fleet.fleet(),
                store.namespace(),
                disks,
                reports,
                fleet.note("scrub"),
                path.reading(),
                clock,
                new Scrub.Options(configuration.scrubPeriod(), configuration.repairBytesPerSecond(), SLOWDOWN_MAX));
        var reclaim = new Reclaim(store.namespace(), store.data(), clock, random);
        var expire = new ExpireUploads(store.namespace(), clock, random, configuration.uploadsExpire());
        return new DataServices(
                List.of(repair, rebalance, audit, scrub, reclaim, expire),
                scrub,
                List.of(
                        WorkerDriver.start(tasks, clock, 1, List.of(repair)),
                        WorkerDriver.start(tasks, clock, SHARE, List.of(rebalance, reclaim, expire)),
                        WorkerDriver.start(tasks, clock, SHARE, List.of(audit, scrub))));
    }

    /// Those whose progress is worth a look.
    List<Worker> workers() {
        return workers;
    }

    Scrub scrub() {
        return scrub;
    }

    @Override
    public void close() {
        drivers.reversed().forEach(WorkerDriver::close);
    }
}

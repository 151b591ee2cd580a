package io.flywheel.shardstore.checks;

import io.flywheel.base.Disk;
import io.flywheel.base.Tasks;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.ShardStore;
import java.nio.ByteBuffer;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The engine on a simulated disk.
final class DiskMachine implements Machine {
    /// What the engine reports about damage that histories do on purpose is no news.
    private static final Logger LOG = Logger.getLogger("io.flywheel.shardstore");

    static {
        LOG.setLevel(Level.OFF);
    }

    private final Shape shape;
    private final Runnable pause;
    private final BiFunction<Disk, Tasks, Disk> aroundDisk;
    private final UnaryOperator<ShardStore> aroundStore;
    private SimulatedDisk disk;
    private @Nullable DiskShardStore engine;
    private boolean ignoresFlushes;

    DiskMachine(Shape shape, Runnable pause) {
        this(shape, pause, (disk, tasks) -> new CachedDisk(disk), store -> store);
    }

    /// A disk of which memory holds everything.
    private static final class CachedDisk extends ForwardingDisk {
        CachedDisk(Disk disk) {
            super(disk);
        }

        @Override
        public boolean readNow(int extent, long offsetBytes, ByteBuffer destination) {
            return read(extent, offsetBytes, destination).done();
        }
    }

    /// @param aroundDisk what the engine sees of the disk, made anew for each life
    /// @param aroundStore what callers see of the engine
    DiskMachine(
            Shape shape,
            Runnable pause,
            BiFunction<Disk, Tasks, Disk> aroundDisk,
            UnaryOperator<ShardStore> aroundStore) {
        this.shape = shape;
        this.pause = pause;
        this.aroundDisk = aroundDisk;
        this.aroundStore = aroundStore;
        this.disk = new SimulatedDisk(shape.geometry(), pause);
        if (shape.erases()) {
            disk.faults().eraseAtReset();
        }
    }

    @Override
    public Opened open(Tasks tasks) {
        var opened = DiskShardStore.open(aroundDisk.apply(disk, tasks), tasks, shape.options());
        if (!(opened instanceof Opened.Ok(var store, var recovered))) {
            return opened;
        }
        engine = store instanceof DiskShardStore disks ? disks : null;
        return new Opened.Ok(aroundStore.apply(store), recovered);
    }

    @Override
    public void restart() {
        // An orderly end leaves nothing that needs the power.
        next(disk.crashDroppingUnflushed());
    }

    @Override
    public void crash(Survivors survivors) {
        next(disk.crash(survivors.survival(), pause));
    }

    /// Lets the disk lie about every flush from now on.
    DiskMachine ignoringFlushes() {
        ignoresFlushes = true;
        disk.faults().ignoreFlush();
        return this;
    }

    private void next(SimulatedDisk next) {
        next.faults().budgetBytes(disk.freeBytes());
        if (shape.erases()) {
            next.faults().eraseAtReset();
        }
        if (ignoresFlushes) {
            next.faults().ignoreFlush();
        }
        disk = next;
    }

    @Override
    public void powerOffAfter(int changes) {
        disk.faults().crashAfter(changes);
    }

    @Override
    public boolean isOff() {
        return disk.faults().stopped();
    }

    @Override
    public void space(int extents) {
        disk.faults().budgetBytes(extents * shape.geometry().extentBytes());
    }

    @Override
    public void strike(Op.Fault fault) {
        var faults = disk.faults();
        switch (fault) {
            case READ_FAILS -> faults.failNextReads(1);
            case WRITE_FAILS -> faults.failNextWrite();
            case FLUSH_FAILS -> faults.failNextFlush();
            case WRITE_IS_SHORTENED -> faults.shortenNextWrite();
            case WRITE_IS_DROPPED -> faults.dropNextWrite();
            case WRITE_IS_MISDIRECTED -> faults.misdirectNextWrite();
        }
    }

    @Override
    public void flip(int place, int bit) {
        long written = 0;
        for (int extent = 0; extent < shape.geometry().extents(); extent++) {
            written += disk.writtenBytes(extent);
        }
        if (written == 0) {
            return;
        }
        long at = place % written;
        for (int extent = 0; extent < shape.geometry().extents(); extent++) {
            long bytes = disk.writtenBytes(extent);
            if (at < bytes) {
                disk.flipBit(extent, at, bit);
                return;
            }
            at -= bytes;
        }
    }

    /// The log's end, the checkpoint, and what was written since.
    @Override
    public long slackBytes() {
        return 3 * shape.geometry().extentBytes();
    }

    @Override
    public boolean reportedDamage() {
        return engine != null && !engine.damage().isEmpty();
    }
}

package io.flywheel.storage;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Clock;
import io.flywheel.base.Disk;
import io.flywheel.base.Tasks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// A disk that can be made slow or broken while it is used, to see what a fleet makes of it. Never part of a disk
/// unless an operator asks for it at the start. Faults do not outlive the process, and hurt nothing that is
/// stored.
public final class FaultyDisk implements Disk {
    private final Disk disk;
    private final Tasks tasks;
    private final Clock clock;
    private volatile Fault fault = new Fault(1, Duration.ZERO, Optional.empty());

    /// @param times each call takes so many times as long
    /// @param atLeast and no less than this
    /// @param broken why each call fails, if it does
    private record Fault(int times, Duration atLeast, Optional<String> broken) {
        boolean isNone() {
            return times == 1 && atLeast.isZero() && broken.isEmpty();
        }
    }

    public FaultyDisk(Disk disk, Tasks tasks, Clock clock) {
        this.disk = disk;
        this.tasks = tasks;
        this.clock = clock;
    }

    /// Each call that reads, writes or flushes takes so many times as long, and no less than {@code atLeast}.
    public void slow(int times, Duration atLeast) {
        check(times >= 1 && !atLeast.isNegative(), "how slow");
        fault = new Fault(times, atLeast, Optional.empty());
    }

    /// Each call that reads, writes or flushes fails.
    public void fail(String reason) {
        fault = new Fault(1, Duration.ZERO, Optional.of(reason));
    }

    /// Calls are again what they are below. An engine that met a failure stays fenced all the same.
    public void heal() {
        fault = new Fault(1, Duration.ZERO, Optional.empty());
    }

    private Io through(Supplier<Io> call) {
        var now = fault;
        if (now.isNone()) {
            return call.get();
        }
        if (now.broken().isPresent()) {
            return new Io.Failed(new IOException(now.broken().get()));
        }
        long begin = clock.monotonicNanos();
        var io = call.get();
        long took = clock.monotonicNanos() - begin;
        long wanted = Math.max(took * now.times(), now.atLeast().toNanos());
        if (wanted > took) {
            tasks.sleep(Duration.ofNanos(wanted - took));
        }
        return io;
    }

    @Override
    public Geometry geometry() {
        return disk.geometry();
    }

    @Override
    public Io prepare(int extent) {
        return through(() -> disk.prepare(extent));
    }

    @Override
    public boolean prepared(int extent) {
        return disk.prepared(extent);
    }

    @Override
    public Io write(int extent, long offsetBytes, ByteBuffer source) {
        return through(() -> disk.write(extent, offsetBytes, source));
    }

    @Override
    public Io read(int extent, long offsetBytes, ByteBuffer destination) {
        return through(() -> disk.read(extent, offsetBytes, destination));
    }

    /// A disk with a fault has no reads that do not wait.
    @Override
    public boolean readNow(int extent, long offsetBytes, ByteBuffer destination) {
        return fault.isNone() && disk.readNow(extent, offsetBytes, destination);
    }

    @Override
    public Io readOnce(int extent, long offsetBytes, ByteBuffer destination) {
        return through(() -> disk.readOnce(extent, offsetBytes, destination));
    }

    @Override
    public Io flush() {
        return through(disk::flush);
    }

    @Override
    public Io reset(int extent) {
        return through(() -> disk.reset(extent));
    }

    @Override
    public long freeBytes() {
        return disk.freeBytes();
    }

    @Override
    public String description() {
        var now = fault;
        return now.isNone() ? disk.description() : disk.description() + ", with a fault on purpose";
    }

    @Override
    public void close() {
        disk.close();
    }
}

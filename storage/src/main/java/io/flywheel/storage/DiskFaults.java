package io.flywheel.storage;

import io.flywheel.base.Clock;
import io.flywheel.base.Disk.Io;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.base.WholeFile;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;

/// What is wrong with one disk on purpose, which may change while it is used: all that reaches the disk goes through
/// here. Faults do not outlive the process, and hurt nothing that is stored.
public final class DiskFaults {
    /// So often what waits looks whether the fault is over.
    private static final Duration LOOKS_EACH = Duration.ofMillis(20);

    /// Shares are drawn in millionths.
    private static final int SHARES = 1_000_000;

    private final Tasks tasks;
    private final Clock clock;
    private final Random random;
    private volatile DiskFault now = DiskFault.NONE;

    public DiskFaults(Tasks tasks, Clock clock, Random random) {
        this.tasks = tasks;
        this.clock = clock;
        this.random = random;
    }

    /// From now on this, and nothing else, is wrong. An engine that met a failure stays fenced all the same.
    public void become(DiskFault fault) {
        now = fault;
    }

    DiskFault now() {
        return now;
    }

    /// A file of the disk.
    public WholeFile on(WholeFile file) {
        return new WholeFile() {
            @Override
            public Read read(int bytesMax) {
                return reading(() -> file.read(bytesMax), Read.Failed::new);
            }

            @Override
            public Io replace(byte[] bytes) {
                return now instanceof DiskFault.Full ? new Io.NoSpace() : writing(() -> file.replace(bytes));
            }
        };
    }

    <T> T reading(Supplier<T> call, Function<IOException, T> failed) {
        awaitAnswer();
        var fault = now;
        return fault instanceof DiskFault.Failing(double share, double _) && isDrawn(share)
                ? failed.apply(new IOException("a read failed, on purpose"))
                : timed(fault, call);
    }

    Io writing(Supplier<Io> call) {
        awaitAnswer();
        var fault = now;
        if (fault instanceof DiskFault.Failing(double _, double share) && isDrawn(share)) {
            // What failed may have happened.
            var below = isDrawn(0.5) ? call.get() : new Io.Done();
            return below.done() ? new Io.Failed(new IOException("a write failed, on purpose")) : below;
        }
        return timed(fault, call);
    }

    private void awaitAnswer() {
        while (now instanceof DiskFault.Hung) {
            tasks.sleep(LOOKS_EACH);
        }
    }

    private boolean isDrawn(double share) {
        return random.nextInt(SHARES) < share * SHARES;
    }

    private <T> T timed(DiskFault fault, Supplier<T> call) {
        if (!(fault instanceof DiskFault.Slow(int times, Duration atLeast))) {
            return call.get();
        }
        long begin = clock.monotonicNanos();
        var result = call.get();
        long took = clock.monotonicNanos() - begin;
        long wanted = Math.max(took * times, atLeast.toNanos());
        // What is slow no longer ends: a call that took long by itself would otherwise go on for minutes.
        while (wanted > took && now.equals(fault)) {
            tasks.sleep(Duration.ofNanos(Math.min(wanted - took, LOOKS_EACH.toNanos())));
            took = clock.monotonicNanos() - begin;
        }
        return result;
    }
}

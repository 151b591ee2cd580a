package io.flywheel.bench;

import io.flywheel.base.Disk;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.namespace.log.CommandLog;
import io.flywheel.namespace.log.LogRecovery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/// The command log alone, in this process: callers in a closed loop, one writer that takes whatever waits as one batch.
final class LogLimit implements AutoCloseable {
    private static final int CALLERS = 64;
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(64, 64 << 20, 4096);

    private final FileDisk disk;
    private final CommandLog log;
    private final byte[] command;

    /// @param commandBytes of each command
    LogLimit(Path folder, int commandBytes) throws Exception {
        this.disk = FileDisk.open(Files.createDirectories(folder), GEOMETRY);
        this.log = switch (LogRecovery.create(disk, new ThreadTasks(), 1)) {
            case LogRecovery.Recovered.Ready(var log) -> log;
            case LogRecovery.Recovered.Refused(var why) -> throw new IllegalStateException(why);
            case LogRecovery.Recovered.Behind(var why) -> throw new IllegalStateException(why);
            case LogRecovery.Recovered.Nothing() -> throw new IllegalStateException("no log");
        };
        this.command = new byte[commandBytes];
        new java.util.Random(1).nextBytes(command);
    }

    /// One round. The CPU time is this process's: nothing else runs in it meanwhile.
    Sample run(Duration duration) throws Exception {
        var waiting = new ArrayBlockingQueue<Semaphore>(CALLERS);
        var done = new AtomicLong();
        var running = new CountDownLatch(CALLERS);
        double cpu = ServerProcess.ownCpuSeconds();
        long begin = System.nanoTime();
        long end = begin + duration.toNanos();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < CALLERS; caller++) {
                var _ = callers.submit(() -> {
                    var answered = new Semaphore(0);
                    while (System.nanoTime() < end) {
                        waiting.put(answered);
                        answered.acquire();
                        done.incrementAndGet();
                    }
                    running.countDown();
                    return null;
                });
            }
            write(waiting, running);
        }
        return Sample.untimed(
                done.get(),
                done.get() * command.length,
                ServerProcess.ownCpuSeconds() - cpu,
                (System.nanoTime() - begin) / 1e9);
    }

    private void write(ArrayBlockingQueue<Semaphore> waiting, CountDownLatch running) throws Exception {
        var batch = new ArrayList<Semaphore>();
        var commands = new ArrayList<byte[]>();
        while (running.getCount() > 0) {
            var first = waiting.poll(1, java.util.concurrent.TimeUnit.MILLISECONDS);
            if (first == null) {
                continue;
            }
            batch.clear();
            commands.clear();
            batch.add(first);
            waiting.drainTo(batch);
            batch.forEach(_ -> commands.add(command));
            append(commands);
            batch.forEach(Semaphore::release);
        }
    }

    private void append(List<byte[]> commands) {
        var appended = log.append(commands, false);
        if (appended == CommandLog.Appended.WAIT) {
            log.release(log.nextPosition() - 1);
            appended = log.append(commands, false);
        }
        if (appended != CommandLog.Appended.DONE) {
            throw new IllegalStateException("the log: " + appended);
        }
    }

    @Override
    public void close() {
        disk.close();
    }
}

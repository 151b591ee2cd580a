package io.flywheel.bench;

import io.flywheel.base.Disk;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.namespace.log.CommandLog;
import io.flywheel.namespace.log.LogRecovery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

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
        return GroupCommits.run(
                CALLERS, command.length, CALLERS, duration, count -> append(Collections.nCopies(count, command)));
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

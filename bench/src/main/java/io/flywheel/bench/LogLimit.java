package io.flywheel.bench;

import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.namespace.log.LogStart;
import io.flywheel.namespace.log.QuorumLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;

/// The command log alone, in this process: callers in a closed loop, one writer that takes whatever waits as
/// one batch.
final class LogLimit implements AutoCloseable {
    private static final int CALLERS = 64;
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(64, 64 << 20, 4096);

    private static final DiskId DISK = new DiskId(new UUID(0, 1));

    private static final QuorumLog.Installer NO_CHECKPOINTS = new QuorumLog.Installer() {
        @Override
        public OptionalLong checkpoint(DiskId id) {
            return OptionalLong.empty();
        }

        @Override
        public OptionalLong install(DiskId id, List<DiskId> whole) {
            return OptionalLong.empty();
        }
    };

    private final FileDisk disk;
    private final QuorumLog log;
    private final byte[] command;

    /// @param commandBytes of each command
    LogLimit(Path folder, int commandBytes) throws Exception {
        this.disk = FileDisk.open(Files.createDirectories(folder), GEOMETRY);
        var disks = new TreeMap<DiskId, Disk>();
        disks.put(DISK, disk);
        var surroundings =
                new QuorumLog.Surroundings(new ThreadTasks(), new SystemClock(), Duration.ofSeconds(5), NO_CHECKPOINTS);
        this.log = switch (LogStart.find(disks, surroundings).create(1, 1)) {
            case LogStart.Started.Ready(var log, var _) -> log;
            case LogStart.Started.Nothing() -> throw new IllegalStateException("no log");
            case LogStart.Started.Refused(var why, var _) -> throw new IllegalStateException(why);
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
        if (appended == QuorumLog.Outcome.WAIT) {
            log.release(DISK, log.nextPosition() - 1);
            appended = log.append(commands, false);
        }
        if (appended != QuorumLog.Outcome.DONE) {
            throw new IllegalStateException("the log: " + appended);
        }
    }

    @Override
    public void close() {
        log.close();
        disk.close();
    }
}

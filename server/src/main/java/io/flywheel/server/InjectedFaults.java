package io.flywheel.server;

import io.flywheel.base.Clock;
import io.flywheel.base.Disk;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.base.WholeFile;
import io.flywheel.storage.DiskFault;
import io.flywheel.storage.DiskFaults;
import io.flywheel.storage.FaultyDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is wrong with disks on purpose, because the command line asked for it. Without that nothing is between the
/// store and its disks. It reaches what a disk holds of blocks, of the namespace's log and of the fleet's map; not
/// the namespace's tables, nor looks at whether the folder is there, which the system answers from memory.
final class InjectedFaults implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InjectedFaults.class);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final StartFlags flags;
    private final Tasks tasks;
    private final Clock clock;
    private final Random random;
    private final ConcurrentSkipListMap<Path, DiskFaults> disks = new ConcurrentSkipListMap<>();
    private final Tasks.Promise<Boolean> stop;
    private String text = "";
    private SortedMap<Path, DiskFault> faults = new TreeMap<>();
    private Optional<Tasks.Task> task = Optional.empty();

    private InjectedFaults(StartFlags flags, Collection<Path> named, Tasks tasks, Clock clock, Random random) {
        this.flags = flags;
        this.tasks = tasks;
        this.clock = clock;
        this.random = random;
        stop = tasks.promise();
        named.forEach(path -> disks.put(path, new DiskFaults(tasks, clock, random)));
    }

    /// Begins with what the command line says.
    ///
    /// @param named the disks of this start
    /// @throws StartRefused when the file cannot be read or says something else than faults
    static InjectedFaults of(StartFlags flags, Collection<Path> named, Tasks tasks, Clock clock, Random random) {
        var injected = new InjectedFaults(flags, named, tasks, clock, random);
        var slow = new TreeMap<Path, DiskFault>();
        flags.slowDisks().forEach((disk, times) -> slow.put(disk, FaultFile.slow(times)));
        injected.become(slow);
        flags.faults().ifPresent(file -> {
            LOG.warn("disks fail on purpose, as {} says: this is a test, and no place for data", file);
            try {
                injected.read(file);
            } catch (IOException e) {
                throw StartRefused.configuration("--faults: the file " + file + " cannot be read: " + e);
            } catch (IllegalArgumentException e) {
                throw StartRefused.configuration("--faults: " + file + ", " + e.getMessage());
            }
            injected.task = Optional.of(tasks.start("read faults", () -> injected.follow(file)));
        });
        return injected;
    }

    private void follow(Path file) {
        String complained = "";
        while (stop.await(PAUSE).isEmpty()) {
            String complaint = "";
            try {
                read(file);
            } catch (IOException e) {
                complaint = "the file cannot be read: " + e;
            } catch (IllegalArgumentException e) {
                complaint = String.valueOf(e.getMessage());
            }
            if (!complaint.isEmpty() && !complaint.equals(complained)) {
                LOG.error("--faults: {}, {}; what was wrong before stays so", file, complaint);
            }
            complained = complaint;
        }
    }

    private void read(Path file) throws IOException {
        String now = Files.readString(file);
        if (!now.equals(text)) {
            become(FaultFile.parse(now, disks.keySet()));
            text = now;
        }
    }

    private void become(SortedMap<Path, DiskFault> next) {
        disks.forEach((path, each) -> {
            var fault = next.getOrDefault(path, DiskFault.NONE);
            if (!fault.equals(faults.getOrDefault(path, DiskFault.NONE))) {
                LOG.warn("on purpose, the disk {} is from now on: {}", path, fault);
                each.become(fault);
            }
        });
        faults = next;
    }

    private Optional<DiskFaults> of(Path disk) {
        boolean asked = flags.faults().isPresent() || flags.slowDisks().containsKey(disk);
        return asked
                ? Optional.of(disks.computeIfAbsent(disk, _ -> new DiskFaults(tasks, clock, random)))
                : Optional.empty();
    }

    /// The disk with the faults of its folder.
    Disk on(Path folder, Disk disk) {
        return of(folder).<Disk>map(faults -> new FaultyDisk(disk, faults)).orElse(disk);
    }

    /// The file with the faults of the disk that it is on.
    WholeFile on(Path folder, WholeFile file) {
        return of(folder).map(faults -> faults.on(file)).orElse(file);
    }

    @Override
    public void close() {
        stop.complete(true);
        task.ifPresent(Tasks.Task::join);
    }
}

package io.flywheel.server;

import io.flywheel.base.Nearest;
import io.flywheel.storage.DiskFault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the file of `--faults` says: a line for each disk with which something is wrong, `FAULT DIR`.
///
/// | fault | |
/// |---|---|
/// | `slow=50` | calls take 50 times as long, and a millisecond at least |
/// | `full` | the file system gives no more space |
/// | `fail=0.1` | one call of ten ends with an error |
/// | `fail-reads=0.1`, `fail-writes=0.1` | the same for reads, or for all that changes the disk |
/// | `hang` | no call returns while the line is there |
///
/// What follows a `#`, and empty lines, say nothing.
final class FaultFile {
    private static final List<String> KINDS = List.of("slow", "full", "fail", "fail-reads", "fail-writes", "hang");
    private static final int TIMES_MAX = 1_000_000;

    /// A disk that is made slow on purpose takes this long at least for what memory answers.
    private static final Duration SLOW_AT_LEAST = Duration.ofMillis(1);

    private FaultFile() {}

    /// @param disks that it may name
    /// @throws IllegalArgumentException with the line, and what would be right
    static SortedMap<Path, DiskFault> parse(String text, Collection<Path> disks) {
        var faults = new TreeMap<Path, DiskFault>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String said = line.replaceFirst("(^|\\s)#.*", "").strip();
            if (said.isEmpty()) {
                continue;
            }
            try {
                String[] words = said.split("\\s+", 2);
                Path disk = disk(words.length < 2 ? "" : words[1], disks);
                if (faults.put(disk, fault(words[0])) != null) {
                    throw new IllegalArgumentException("a disk has one fault at a time, and " + disk + " has two");
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + number + ", '" + said + "': " + e.getMessage());
            }
        }
        return faults;
    }

    private static Path disk(String text, Collection<Path> disks) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a line is FAULT DIR");
        }
        Path disk = DiskDirectory.absolute(Path.of(text));
        if (!disks.contains(disk)) {
            var names = disks.stream().map(Path::toString).toList();
            throw new IllegalArgumentException(disk + " is none of the disks." + Nearest.hint(disk.toString(), names));
        }
        return disk;
    }

    private static DiskFault fault(String word) {
        int equals = word.indexOf('=');
        String kind = equals < 0 ? word : word.substring(0, equals);
        String argument = equals < 0 ? "" : word.substring(equals + 1);
        return switch (kind) {
            case "slow" -> slow(times(argument));
            case "full" -> none(argument, new DiskFault.Full());
            case "fail" -> new DiskFault.Failing(share(argument), share(argument));
            case "fail-reads" -> new DiskFault.Failing(share(argument), 0);
            case "fail-writes" -> new DiskFault.Failing(0, share(argument));
            case "hang" -> none(argument, new DiskFault.Hung());
            default ->
                throw new IllegalArgumentException("there is no fault '" + kind + "'." + Nearest.hint(kind, KINDS)
                        + " There are slow=TIMES, full, fail=SHARE, fail-reads=SHARE, fail-writes=SHARE and hang");
        };
    }

    static DiskFault slow(int times) {
        return new DiskFault.Slow(times, SLOW_AT_LEAST);
    }

    private static DiskFault none(String argument, DiskFault fault) {
        if (!argument.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to say after it, and it says '=" + argument + "'");
        }
        return fault;
    }

    private static int times(String text) {
        try {
            int times = Integer.parseInt(text);
            if (times >= 1 && times <= TIMES_MAX) {
                return times;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException("how many times as slow is a number from 1 to " + TIMES_MAX + ": slow=50");
    }

    private static double share(String text) {
        try {
            double share = Double.parseDouble(text);
            if (share > 0 && share <= 1) {
                return share;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException("the share of calls that fail is above 0 and at most 1: fail=0.1");
    }
}

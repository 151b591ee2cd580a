package io.flywheel.conformance.crash;

import io.flywheel.conformance.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The disks of a server, and what befalls them. Not thread-safe.
final class FaultyFolders {

    private static final int FLIPS = 20;

    /// Most of what a short test writes is there.
    private static final long FLIPPED_BYTES_MAX = 8L << 20;

    private final Path work;
    private final SplittableRandom random;
    private final List<Path> disks = new ArrayList<>();
    private final TreeMap<Path, String> injected = new TreeMap<>();
    private int made;

    /// What befalls a disk.
    enum Fault {
        /// Its folder is deleted: it never comes back.
        REMOVED,
        /// Its folder is moved, and comes back.
        AWAY,
        /// Bits of what it holds are flipped.
        ROTTEN,
        SLOW,
        FULL,
        /// All of its calls fail, or some.
        FAILING,
        FAILING_READS,
        HUNG;

        /// Whether the server knows for certain, and says so.
        boolean isTold() {
            return switch (this) {
                case REMOVED, AWAY, FAILING, HUNG -> true;
                case ROTTEN, SLOW, FULL, FAILING_READS -> false;
            };
        }

        /// Whether the disk takes no more writes until the server starts anew, or for ever.
        boolean isLasting() {
            return this == REMOVED || this == FAILING;
        }
    }

    /// @param work where the disks and the file of faults are
    FaultyFolders(Path work, SplittableRandom random) {
        this.work = work;
        this.random = random;
        writeFaults();
    }

    /// What `--faults` names.
    Path file() {
        return work.resolve("faults");
    }

    /// The disks that are not lost.
    List<Path> disks() {
        return List.copyOf(disks);
    }

    /// A disk more, which the server makes.
    Path add() {
        Path disk = work.resolve("disk-" + made++);
        disks.add(disk);
        return disk;
    }

    void begin(Fault fault, Path disk) {
        switch (fault) {
            case REMOVED -> {
                disks.remove(disk);
                Trees.delete(disk);
            }
            case AWAY -> move(disk, away(disk));
            case ROTTEN -> rot(disk);
            case SLOW -> inject(disk, random.nextBoolean() ? "slow=20" : "slow=100");
            case FULL -> inject(disk, "full");
            case FAILING ->
                inject(
                        disk,
                        List.of("fail=1", "fail-writes=1", "fail-writes=0.3", "fail=0.3")
                                .get(random.nextInt(4)));
            case FAILING_READS -> inject(disk, random.nextBoolean() ? "fail-reads=1" : "fail-reads=0.3");
            case HUNG -> inject(disk, "hang");
        }
    }

    void end(Fault fault, Path disk) {
        switch (fault) {
            case REMOVED, ROTTEN -> {
                // For good.
            }
            case AWAY -> move(away(disk), disk);
            case SLOW, FULL, FAILING, FAILING_READS, HUNG -> inject(disk, "");
        }
    }

    private static Path away(Path disk) {
        return disk.resolveSibling(disk.getFileName() + ".away");
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void inject(Path disk, String fault) {
        if (fault.isEmpty()) {
            injected.remove(disk);
        } else {
            injected.put(disk, fault);
        }
        writeFaults();
    }

    private void writeFaults() {
        Path fresh = work.resolve("faults.fresh");
        try {
            Files.writeString(
                    fresh,
                    injected.entrySet().stream()
                            .map(entry -> entry.getValue() + " " + entry.getKey() + "\n")
                            .collect(Collectors.joining()));
            Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Flips bits of what was written to the disk: of its blocks, and of the namespace's log.
    private void rot(Path disk) {
        try {
            for (Path file : files(disk.resolve("extents"))) {
                flip(file, FLIPS);
            }
            for (Path file : files(disk.resolve("namespace").resolve("log"))) {
                flip(file, FLIPS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void flip(Path file, int times) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (int i = 0; i < times; i++) {
                long position = random.nextLong(Math.max(1, Math.min(channel.size(), FLIPPED_BYTES_MAX)));
                ByteBuffer one = ByteBuffer.allocate(1);
                if (channel.read(one, position) == 1 && one.get(0) != 0) {
                    one.put(0, (byte) (one.get(0) ^ 1 << random.nextInt(8))).rewind();
                    channel.write(one, position);
                }
            }
        } catch (NoSuchFileException e) {
            // The server, which is at work, has renamed or deleted it since it was listed.
        }
    }

    /// The files of a folder that is being worked in.
    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}

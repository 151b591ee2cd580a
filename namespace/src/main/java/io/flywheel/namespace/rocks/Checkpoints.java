package io.flywheel.namespace.rocks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.rocksdb.Checkpoint;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/// Copies of the database, by hard links where the file system has them. Folders are numbered; only the newest
/// is kept. A link guards against losing files and not against damage inside them: a table is the same bytes
/// in both.
final class Checkpoints {
    private static final String ASIDE = "set-aside";

    private final Path folder;

    Checkpoints(Path folder) {
        this.folder = folder;
    }

    /// Takes one of what was flushed, then removes the older ones, and what was set aside.
    void take(RocksDB database) throws IOException, RocksDBException {
        Files.createDirectories(folder);
        List<Path> older = all();
        long number = older.isEmpty() ? 1 : number(older.getLast()) + 1;
        Path making = folder.resolve("making");
        delete(making);
        try (Checkpoint checkpoint = Checkpoint.create(database)) {
            checkpoint.createCheckpoint(making.toString());
        }
        Files.move(making, folder.resolve("%016x".formatted(number)));
        sync(folder);
        for (Path old : older) {
            delete(old);
        }
        delete(folder.resolve(ASIDE));
    }

    Optional<Path> newest() throws IOException {
        List<Path> all = all();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /// Makes {@code to}, which does not exist, a persistent copy of a checkpoint. Tables never change, so
    /// links will do for them.
    static void restore(Path checkpoint, Path to) throws IOException {
        Path making = to.resolveSibling(to.getFileName() + ".restoring");
        delete(making);
        Files.createDirectories(making);
        try (Stream<Path> files = Files.list(checkpoint)) {
            for (Path file : files.toList()) {
                Path copy = making.resolve(file.getFileName());
                String name = file.getFileName().toString();
                if (name.endsWith(".sst") || name.endsWith(".blob")) {
                    Files.createLink(copy, file);
                } else {
                    Files.copy(file, copy);
                    syncFile(copy);
                }
            }
        }
        sync(making);
        Files.move(making, to);
        Path parent = to.toAbsolutePath().getParent();
        if (parent != null) {
            sync(parent);
        }
    }

    /// Moves a damaged database out of the way, for whoever wants to look into it. The first one stays: what a
    /// failed attempt left after it is worth nothing.
    void setAside(Path state) throws IOException {
        Path aside = folder.resolve(ASIDE);
        if (!Files.isDirectory(state) || Files.exists(aside)) {
            delete(state);
            return;
        }
        Files.createDirectories(folder);
        Files.move(state, aside);
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private List<Path> all() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("[0-9a-f]{16}"))
                    .sorted()
                    .toList();
        }
    }

    private static long number(Path checkpoint) {
        return Long.parseUnsignedLong(checkpoint.getFileName().toString(), 16);
    }

    private static void syncFile(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static void sync(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder)) {
            channel.force(true);
        }
    }
}

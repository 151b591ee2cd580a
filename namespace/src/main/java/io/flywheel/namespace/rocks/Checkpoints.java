package io.flywheel.namespace.rocks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.rocksdb.Checkpoint;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/// Copies of the database, by hard links where the file system has them. Folders are numbered; only the newest
/// is kept. A link guards against losing files and not against damage inside them: a table is the same bytes
/// in both.
final class Checkpoints {
    private static final String ASIDE = "set-aside";

    /// What the checkpoint holds at least, in decimal digits.
    private static final String POSITION = "POSITION";

    /// The end of a table names the database's session and the file's number, and is the same in no two files.
    private static final int TAIL_BYTES = 16 << 10;

    private final Path folder;

    Checkpoints(Path folder) {
        this.folder = folder;
    }

    /// Takes one of what was flushed, then removes the older ones, and what was set aside.
    void take(RocksDB database, long position) throws IOException, RocksDBException {
        make(folder);
        List<Path> older = all();
        Path making = folder.resolve("making");
        delete(making);
        try (Checkpoint checkpoint = Checkpoint.create(database)) {
            checkpoint.createCheckpoint(making.toString());
        }
        Path said = making.resolve(POSITION);
        Files.writeString(said, Long.toString(position));
        syncFile(said);
        complete(making, older);
        delete(folder.resolve(ASIDE));
    }

    private void complete(Path making, List<Path> older) throws IOException {
        long number = older.isEmpty() ? 1 : number(older.getLast()) + 1;
        sync(making);
        Files.move(making, folder.resolve("%016x".formatted(number)));
        sync(folder);
        for (Path old : older) {
            delete(old);
        }
    }

    /// Copies the newest of another folder, then removes the older ones here. Tables never change: those that
    /// the newest one here has too are linked. False when there is none.
    boolean adopt(Checkpoints from) throws IOException {
        Optional<Path> source = from.newest();
        if (source.isEmpty()) {
            return false;
        }
        make(folder);
        List<Path> older = all();
        Path making = folder.resolve("making");
        delete(making);
        make(making);
        try (Stream<Path> files = Files.list(source.get())) {
            for (Path file : files.toList()) {
                Path copy = making.resolve(file.getFileName());
                Optional<Path> here = older.isEmpty()
                        ? Optional.empty()
                        : Optional.of(older.getLast().resolve(file.getFileName()));
                if (here.isPresent() && isTable(file) && isSame(file, here.get())) {
                    Files.createLink(copy, here.get());
                } else {
                    Files.copy(file, copy);
                    syncFile(copy);
                }
            }
        }
        complete(making, older);
        return true;
    }

    private static boolean isTable(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".sst") || name.endsWith(".blob");
    }

    private static boolean isSame(Path one, Path other) throws IOException {
        return Files.exists(other)
                && Files.size(one) == Files.size(other)
                && tail(one).equals(tail(other));
    }

    private static ByteBuffer tail(Path file) throws IOException {
        try (var channel = FileChannel.open(file)) {
            ByteBuffer tail = ByteBuffer.allocate((int) Math.min(TAIL_BYTES, channel.size()));
            long at = channel.size() - tail.capacity();
            int read = 0;
            while (tail.hasRemaining() && read >= 0) {
                read = channel.read(tail, at + tail.position());
            }
            return tail.flip();
        }
    }

    /// What the newest one was said to hold at least.
    OptionalLong position() throws IOException {
        Optional<Path> newest = newest();
        if (newest.isEmpty() || !Files.exists(newest.get().resolve(POSITION))) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(Files.readString(newest.get().resolve(POSITION))));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
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
        make(making);
        try (Stream<Path> files = Files.list(checkpoint)) {
            for (Path file : files.toList()) {
                Path copy = making.resolve(file.getFileName());
                if (isTable(file)) {
                    Files.createLink(copy, file);
                } else if (!file.endsWith(POSITION)) {
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
        make(folder);
        Files.move(state, aside);
    }

    /// Makes a folder unless it is there. What it lies in is the disk's, and is not made: without that the disk is not
    /// there, and what is in its place may be another file system.
    static void make(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder);
        }
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

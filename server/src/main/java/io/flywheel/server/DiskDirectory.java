package io.flywheel.server;

import io.flywheel.base.Random;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One folder that is a disk, held by this process until it is closed:
///
/// ```
/// DIR/disk.json     who it is; written before anything else
/// DIR/lock          locked while a server runs
/// DIR/extents/      the bytes
/// DIR/namespace/    what exists: log, state, checkpoints; credentials
/// ```
///
/// A folder becomes a disk only when it is missing or empty and not known to have been one: a disk that is not mounted
/// is absent, never formatted again, and foreign data is never touched.
public final class DiskDirectory implements AutoCloseable {
    private static final String LOCK = "lock";
    private static final String LOST_AND_FOUND = "lost+found";

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;
    private final boolean isNew;
    private DiskIdentity identity;

    private DiskDirectory(Path path, FileChannel channel, FileLock lock, DiskIdentity identity) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
        this.identity = identity;
        this.isNew = !identity.complete();
    }

    /// The absolute path with the symbolic links of what exists resolved.
    public static Path absolute(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        for (Path there = path; there != null; there = there.getParent()) {
            if (Files.exists(there)) {
                try {
                    return there.toRealPath().resolve(there.relativize(path)).normalize();
                } catch (IOException e) {
                    return path;
                }
            }
        }
        return path;
    }

    /// Opens the disk, or makes a new one of a folder that is missing or empty.
    ///
    /// @throws StartRefused when it is absent, foreign, damaged or in use
    static DiskDirectory open(Path directory, KnownDisks known, Random random) {
        Path path = absolute(directory);
        try {
            return open(path, known.store(path), known, random);
        } catch (IOException e) {
            throw StartRefused.failure(
                    e.getMessage() == null || !(e.getClass() == IOException.class)
                            ? "the disk " + path + " cannot be opened: " + e
                            : e.getMessage());
        }
    }

    private static DiskDirectory open(Path path, Optional<String> store, KnownDisks known, Random random)
            throws IOException {
        examine(path, store);
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        if (!Files.isDirectory(path)) {
            Path parent = path.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(path, ownerOnly);
        }
        var channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = lock(channel);
            if (lock == null) {
                throw new StartRefused(
                        ExitCode.DISK_IN_USE, "the disk " + path + " is in use by another server; stop that one first");
            }
            // Examined again: another server may have made its disk here since.
            examine(path, store);
            DiskIdentity identity;
            if (Files.exists(path.resolve(DiskIdentity.FILE))) {
                identity = DiskIdentity.read(path);
                verify(path, identity, store);
            } else {
                var size = Files.getFileStore(path).getTotalSpace();
                identity = DiskIdentity.fresh(random, ExtentGeometry.of(size));
                identity.write(path);
            }
            known.remember(path, identity.store());
            return new DiskDirectory(path, channel, lock, identity);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /// Refuses what must not be touched, before anything is written.
    private static void examine(Path path, Optional<String> store) throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw StartRefused.configuration(path + " is a file; a disk is a folder");
        }
        if (Files.exists(path.resolve(DiskIdentity.FILE))) {
            return;
        }
        Set<String> contents = contents(path);
        if (store.isPresent() && contents.isEmpty()) {
            throw absent(path, store.get());
        }
        if (!contents.isEmpty()) {
            String some = contents.stream().sorted().findFirst().orElseThrow();
            throw StartRefused.configuration(path + " holds other data ("
                    + some + (contents.size() > 1 ? " and more" : "") + ") and no " + DiskIdentity.FILE
                    + ": Flywheel makes a disk only of a missing or an empty folder");
        }
    }

    private static StartRefused absent(Path path, String store) {
        return StartRefused.failure("the disk " + path + " is absent: it held the store " + store + " and is "
                + (Files.exists(path) ? "empty" : "missing")
                + " now. Nothing was written. Check that its file system is mounted (findmnt " + path
                + "). If the disk is gone for good, './flywheel forget " + path + "' lets a new store begin there.");
    }

    /// The entries that are neither ours from an interrupted first start nor the file system's.
    private static Set<String> contents(Path path) throws IOException {
        var names = new HashSet<String>();
        if (Files.isDirectory(path)) {
            try (var entries = Files.newDirectoryStream(path)) {
                for (Path entry : entries) {
                    names.add(Objects.requireNonNull(entry.getFileName()).toString());
                }
            }
        }
        names.removeAll(Set.of(LOCK, LOST_AND_FOUND, DiskIdentity.FILE + ".fresh"));
        return names;
    }

    private static void verify(Path path, DiskIdentity identity, Optional<String> store) throws IOException {
        if (store.isPresent() && !store.get().equals(identity.store())) {
            throw StartRefused.failure("the disk " + path + " is absent: it held the store " + store.get()
                    + ", and now another one, " + identity.store()
                    + ". Check what is mounted there. If this is meant, run './flywheel forget " + path
                    + "' and start again.");
        }
        if (!identity.complete()) {
            return;
        }
        for (String part : new String[] {"extents", "namespace"}) {
            Path folder = path.resolve(part);
            if (!Files.isDirectory(folder) || contents(folder).isEmpty()) {
                throw StartRefused.failure("the disk " + path + " is damaged: " + folder
                        + " is missing or empty. Nothing was written. Restore it, or begin a new store elsewhere.");
            }
        }
    }

    /// Says that the first start got as far as serving: from now on missing parts are damage.
    void complete() {
        if (identity.complete()) {
            return;
        }
        identity = identity.completed();
        try {
            identity.write(path);
        } catch (IOException e) {
            throw StartRefused.failure("the disk " + path + " cannot be written: " + e);
        }
    }

    Path path() {
        return path;
    }

    DiskIdentity identity() {
        return identity;
    }

    /// Whether this is the first start of a new store.
    boolean isNew() {
        return isNew;
    }

    /// A folder of the disk, made when it is missing.
    Path folder(String name) {
        Path folder = path.resolve(name);
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(folder);
                SmallFile.force(path);
            }
            return folder;
        } catch (IOException e) {
            throw StartRefused.failure("the folder " + folder + " cannot be made: " + e);
        }
    }

    /// Lets other servers open it.
    @Override
    public void close() {
        try (channel) {
            lock.release();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

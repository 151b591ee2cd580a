package io.flywheel.server;

import io.flywheel.base.Random;
import io.flywheel.base.WholeFile;
import io.flywheel.base.real.FileOnDisk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
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
/// DIR/fleet/        its copy of the fleet map
/// DIR/namespace/    what exists: log, state, checkpoints; credentials
/// ```
///
/// A folder becomes a disk only when it is missing or empty and not known to have been one: a disk that is not
/// mounted is absent, never formatted again, and foreign data is never touched.
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

    /// What lies in a folder that was named as a disk.
    sealed interface Look {
        record Disk(DiskIdentity identity) implements Look {}

        /// Missing or empty, and never known as a disk.
        record Fresh() implements Look {}

        /// A disk should be there and is not, or not whole. Nothing was written.
        record Absent(String why) implements Look {}
    }

    /// Looks without writing.
    ///
    /// @throws StartRefused when the folder holds what must not be touched
    static Look look(Path directory, KnownDisks known) {
        Path path = absolute(directory);
        try {
            return look(path, known.store(path));
        } catch (IOException e) {
            return new Look.Absent(message(path, e));
        }
    }

    private static String message(Path path, IOException e) {
        return e.getMessage() == null || !(e.getClass() == IOException.class)
                ? "the disk " + path + " cannot be opened: " + e
                : e.getMessage();
    }

    /// Opens the disk, or makes one of a folder that is missing or empty.
    ///
    /// @param store that a new disk will belong to
    /// @throws StartRefused when it is absent, foreign, damaged or in use
    static DiskDirectory open(Path directory, String store, KnownDisks known, Random random) {
        Path path = absolute(directory);
        try {
            return open(path, store, known.store(path), known, random);
        } catch (IOException e) {
            throw StartRefused.failure(message(path, e));
        }
    }

    private static DiskDirectory open(Path path, String store, Optional<String> before, KnownDisks known, Random random)
            throws IOException {
        refuseAbsent(look(path, before));
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
            // Looked at again: another server may have made its disk here since.
            Look look = look(path, before);
            refuseAbsent(look);
            DiskIdentity identity;
            if (look instanceof Look.Disk(var there)) {
                identity = there;
            } else {
                var size = Files.getFileStore(path).getTotalSpace();
                identity = DiskIdentity.fresh(store, random, ExtentGeometry.of(size));
                identity.write(path);
            }
            known.remember(path, identity.store());
            return new DiskDirectory(path, channel, lock, identity);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void refuseAbsent(Look look) {
        if (look instanceof Look.Absent(var why)) {
            throw StartRefused.failure(why);
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static Look look(Path path, Optional<String> store) throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw StartRefused.configuration(path + " is a file; a disk is a folder");
        }
        if (Files.exists(path.resolve(DiskIdentity.FILE))) {
            var identity = DiskIdentity.read(path);
            refuseOther(path, identity, store);
            return whole(path, identity);
        }
        Set<String> contents = contents(path);
        if (store.isPresent() && contents.isEmpty()) {
            return new Look.Absent(absent(path, store.get()));
        }
        if (!contents.isEmpty()) {
            String some = contents.stream().sorted().findFirst().orElseThrow();
            throw StartRefused.configuration(path + " holds other data ("
                    + some + (contents.size() > 1 ? " and more" : "") + ") and no " + DiskIdentity.FILE
                    + ": Flywheel makes a disk only of a missing or an empty folder");
        }
        return new Look.Fresh();
    }

    private static String absent(Path path, String store) {
        return "the disk " + path + " is absent: it held the store " + store + " and is "
                + (Files.exists(path) ? "empty" : "missing")
                + " now. Nothing was written. Check that its file system is mounted (findmnt " + path
                + "). If the disk is gone for good, './flywheel forget " + path + "' lets a new store begin there.";
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

    private static void refuseOther(Path path, DiskIdentity identity, Optional<String> store) {
        if (store.isPresent() && !store.get().equals(identity.store())) {
            throw StartRefused.failure("the disk " + path + " is absent: it held the store " + store.get()
                    + ", and now another one, " + identity.store()
                    + ". Check what is mounted there. If this is meant, run './flywheel forget " + path
                    + "' and start again.");
        }
    }

    private static Look whole(Path path, DiskIdentity identity) throws IOException {
        if (identity.complete()) {
            // Where there is a fleet map, it says who else keeps the namespace.
            for (String part : identity.hasFleetMap() ? List.of("extents") : List.of("extents", "namespace")) {
                Path folder = path.resolve(part);
                if (!Files.isDirectory(folder) || contents(folder).isEmpty()) {
                    return new Look.Absent("the disk " + path + " is damaged: " + folder
                            + " is missing or empty. Nothing was written. Restore it, or begin a new store elsewhere.");
                }
            }
        }
        return new Look.Disk(identity);
    }

    /// Says that the first start got as far as serving: from now on missing parts are damage.
    void complete() {
        if (identity.complete() && identity.hasFleetMap()) {
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

    /// Whether it never served.
    boolean isNew() {
        return isNew;
    }

    /// A folder of the disk, made when it is missing.
    Path folder(String name) {
        Path folder = path;
        for (String part : name.split("/", -1)) {
            Path parent = folder;
            folder = parent.resolve(part);
            try {
                if (!Files.isDirectory(folder)) {
                    Files.createDirectory(folder);
                    SmallFile.force(parent);
                }
            } catch (IOException e) {
                throw StartRefused.failure("the folder " + folder + " cannot be made: " + e);
            }
        }
        return folder;
    }

    /// Its copy of the map of the store's disks.
    WholeFile fleetMap() {
        return new FileOnDisk(folder("fleet").resolve("map"));
    }

    /// What a look at the folder found.
    sealed interface Presence {
        record There() implements Presence {}

        /// It is not the disk that was opened.
        record Gone() implements Presence {}

        /// Nobody knows: perhaps too many files are open, perhaps the disk fails.
        record Unreadable(String why) implements Presence {}
    }

    /// Whether the folder is still the disk that was opened. May wait for the disk.
    Presence presence() {
        try {
            return DiskIdentity.read(path).disk().equals(identity.disk()) ? new Presence.There() : new Presence.Gone();
        } catch (NoSuchFileException e) {
            return new Presence.Gone();
        } catch (IOException e) {
            // Nor is there anything below what has become a file.
            return Files.isRegularFile(path) ? new Presence.Gone() : new Presence.Unreadable(e.toString());
        }
    }

    /// Lets other servers open it.
    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        try (channel) {
            lock.release();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

package io.flywheel.base.real;

import io.flywheel.base.Disk;
import io.flywheel.base.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/// A file of a directory. New bytes are written beside it, forced, and renamed into its place; then the
/// directory is forced. Only its owner may read it. A directory that is missing is not made: its disk is not
/// there.
public final class FileOnDisk implements WholeFile {
    private final Path file;

    public FileOnDisk(Path file) {
        this.file = file.toAbsolutePath();
    }

    @Override
    public Read read(int bytesMax) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > bytesMax) {
                return new Read.Failed(new IOException(file + " has more than " + bytesMax + " bytes"));
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    return new Read.Failed(new IOException(file + " became shorter while it was read"));
                }
            }
            return new Read.Whole(bytes.array());
        } catch (NoSuchFileException e) {
            return folderIsThere() ? new Read.Missing() : new Read.Failed(e);
        } catch (IOException e) {
            return new Read.Failed(e);
        }
    }

    private boolean folderIsThere() {
        return Files.isDirectory(folder());
    }

    private Path folder() {
        return Objects.requireNonNull(file.getParent());
    }

    @Override
    public Disk.Io replace(byte[] bytes) {
        Path fresh = file.resolveSibling(file.getFileName() + ".fresh");
        try {
            Files.deleteIfExists(fresh);
            var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            try (FileChannel channel = FileChannel.open(
                    fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
                ByteBuffer source = ByteBuffer.wrap(bytes);
                while (source.hasRemaining()) {
                    channel.write(source);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel folder = FileChannel.open(folder(), StandardOpenOption.READ)) {
                folder.force(true);
            }
            return new Disk.Io.Done();
        } catch (IOException e) {
            return new Disk.Io.Failed(e);
        }
    }
}

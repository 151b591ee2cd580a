package io.flywheel.loadtest.fleet;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// What a controller has written down, in one file: entries of length u32, CRC-32C u32, bytes. The first says what is
/// run, and the run's own random name. One controller at a time has it. An entry that a crash cut off is cut away;
/// nothing was said to anybody because of it.
final class Journal implements AutoCloseable {
    static final String FILE = "journal";
    private static final int HEAD_BYTES = 8;
    private static final int ID_BYTES = 6;
    private static final int ENTRY_BYTES_MAX = 64 << 20;

    interface Reader {
        void entry(byte[] bytes) throws IOException;
    }

    private final Path file;
    private FileChannel channel;
    private final FileChannel lock;
    private byte[] first = {};
    private boolean fresh;

    private Journal(Path file, FileChannel channel, FileChannel lock) {
        this.file = file;
        this.channel = channel;
        this.lock = lock;
    }

    /// Opens the journal of a folder and reads what it has.
    ///
    /// @param run says what is run; written when there is none
    /// @throws IOException also when it is another run's, or another controller has it
    static Journal open(Path folder, byte[] run, Reader reader) throws IOException {
        return open(folder, false, run, reader);
    }

    /// Opens an empty one: what another controller had not ended there nobody goes on with.
    static Journal afresh(Path folder, byte[] run) throws IOException {
        return open(folder, true, run, _ -> {});
    }

    private static Journal open(Path folder, boolean afresh, byte[] run, Reader reader) throws IOException {
        Path file = folder.resolve(FILE);
        var lock = locked(folder.resolve("lock"));
        try {
            if (afresh) {
                Files.deleteIfExists(file);
            }
            var channel = FileChannel.open(file, CREATE, WRITE);
            var journal = new Journal(file, channel, lock);
            long whole = journal.read(run, reader);
            channel.truncate(whole);
            channel.position(whole);
            if (whole == 0) {
                journal.fresh = true;
                byte[] id = new byte[ID_BYTES];
                new SecureRandom().nextBytes(id);
                journal.first = Arrays.copyOf(run, run.length + ID_BYTES);
                System.arraycopy(id, 0, journal.first, run.length, ID_BYTES);
                journal.append(List.of(journal.first));
            }
            return journal;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static FileChannel locked(Path file) throws IOException {
        var channel = FileChannel.open(file, CREATE, WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Another one in this process.
        }
        channel.close();
        throw new IOException(
                "another controller works in " + file.toAbsolutePath().getParent());
    }

    /// Whether nobody has written to it before.
    boolean isNew() {
        return fresh;
    }

    /// The run's own name: of two runs of the same each has another.
    byte[] id() {
        return Arrays.copyOfRange(first, first.length - ID_BYTES, first.length);
    }

    private long read(byte[] run, Reader reader) throws IOException {
        long whole = 0;
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
            while (true) {
                int length = in.readInt();
                int sum = in.readInt();
                if (length < 0 || length > ENTRY_BYTES_MAX) {
                    return whole;
                }
                byte[] bytes = in.readNBytes(length);
                if (bytes.length < length || crc(bytes) != sum) {
                    return whole;
                }
                if (whole > 0) {
                    reader.entry(bytes);
                } else if (bytes.length == run.length + ID_BYTES
                        && Arrays.equals(bytes, 0, run.length, run, 0, run.length)) {
                    first = bytes;
                } else {
                    throw new IOException(file + " is of another run that did not end: run that one again to finish"
                            + " it, or delete the file");
                }
                whole += HEAD_BYTES + length;
            }
        } catch (EOFException e) {
            return whole;
        }
    }

    /// Writes entries down; when it returns they outlast this process and the machine.
    void append(List<byte[]> entries) throws IOException {
        for (byte[] entry : entries) {
            var bytes = ByteBuffer.allocate(HEAD_BYTES + entry.length);
            bytes.putInt(entry.length).putInt(crc(entry)).put(entry).flip();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        if (!entries.isEmpty()) {
            channel.force(false);
        }
    }

    /// Writes these down instead of all that was until now. A crash leaves the one or the other.
    void replace(List<byte[]> entries) throws IOException {
        Path next = file.resolveSibling(FILE + ".new");
        var written = FileChannel.open(next, CREATE, WRITE, TRUNCATE_EXISTING);
        try {
            var before = channel;
            channel = written;
            try {
                append(Stream.concat(Stream.of(first), entries.stream()).toList());
                Files.move(next, file, ATOMIC_MOVE);
            } catch (IOException | RuntimeException e) {
                channel = before;
                throw e;
            }
            before.close();
        } catch (IOException | RuntimeException e) {
            written.close();
            throw e;
        }
        try (var folder =
                FileChannel.open(Objects.requireNonNull(file.toAbsolutePath().getParent()))) {
            folder.force(true);
        }
    }

    long bytes() throws IOException {
        return channel.size();
    }

    /// Nobody goes on with this run.
    void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    private static int crc(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        lock.close();
    }
}

package io.flywheel.loadtest.fleet;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;

/// What a controller has written down, in one file: entries of length u32, CRC-32C u32, bytes. The first says which run
/// it is. An entry that a crash cut off is cut away; nothing was said to anybody because of it.
final class Journal implements AutoCloseable {
    private static final int HEAD_BYTES = 8;
    private static final int ENTRY_BYTES_MAX = 64 << 20;

    interface Reader {
        void entry(byte[] bytes) throws IOException;
    }

    private final Path file;
    private final FileChannel channel;

    private Journal(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// Opens it and reads what it has.
    ///
    /// @param run what the first entry has to say; written when there is none
    /// @throws IOException also when it is another run's
    static Journal open(Path file, byte[] run, Reader reader) throws IOException {
        long whole = Files.exists(file) ? read(file, run, reader) : 0;
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.truncate(whole);
        channel.position(whole);
        var journal = new Journal(file, channel);
        if (whole == 0) {
            journal.append(List.of(run));
        }
        return journal;
    }

    private static long read(Path file, byte[] run, Reader reader) throws IOException {
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
                } else if (!java.util.Arrays.equals(bytes, run)) {
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
    }
}

package io.flywheel.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Reads answers of a known length off a socket into one buffer, without looking at them: what the bytes cost at least.
final class RawDownload {
    private static final int BUFFER_BYTES = 256 * 1024;

    private RawDownload() {}

    /// One connection that asks for the same again and again.
    static Sample run(int port, String path, int bytes, Duration round) {
        var requests = new AtomicLong();
        return Sample.here(bytes, () -> {
            try {
                download(port, path, bytes, System.nanoTime() + round.toNanos(), requests);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return requests.get();
        });
    }

    private static void download(int port, String path, int bytes, long end, AtomicLong requests) throws IOException {
        var request = ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        var buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try (var channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            while (System.nanoTime() < end) {
                channel.write(ByteBuffer.wrap(request));
                long left = (long) bytes - firstOfBody(channel, buffer.clear());
                while (left > 0) {
                    left -= received(channel, buffer.clear());
                }
                requests.incrementAndGet();
            }
        }
    }

    /// Reads the head; how many bytes of the body came with it.
    private static int firstOfBody(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (true) {
            received(channel, buffer);
            for (int i = 3; i < buffer.position(); i++) {
                if (buffer.get(i) == '\n' && buffer.get(i - 2) == '\n') {
                    return buffer.position() - i - 1;
                }
            }
        }
    }

    private static int received(SocketChannel channel, ByteBuffer buffer) throws IOException {
        int count = channel.read(buffer);
        if (count < 0) {
            throw new IOException("closed");
        }
        return count;
    }
}

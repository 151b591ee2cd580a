package io.flywheel.frontend.http;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A client that sends exactly the bytes it is given.
final class RawClient implements Closeable {
    private final Socket socket = new Socket();

    RawClient(InetSocketAddress address) throws IOException {
        socket.setSoTimeout(5_000);
        socket.setReceiveBufferSize(16 << 10);
        socket.connect(address);
    }

    /// A response: its status, its head in lower case, and its body by Content-Length or chunking.
    record Answer(int status, String head, String body) {}

    RawClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    RawClient shutdownOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    Answer answer() throws IOException {
        String head = head();
        int status = Integer.parseInt(head, 9, 12, 10);
        String lower = head.toLowerCase(Locale.ROOT);
        int at = lower.indexOf("\r\ncontent-length: ");
        if (at >= 0) {
            int length = Integer.parseInt(lower.substring(at + 18, lower.indexOf("\r\n", at + 18)));
            return new Answer(status, lower, read(length));
        }
        return new Answer(status, lower, lower.contains("\r\ntransfer-encoding: chunked") ? chunks() : "");
    }

    /// The head alone, to its empty line.
    String head() throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            head.append((char) readByte());
        }
        return head.toString();
    }

    private String chunks() throws IOException {
        var body = new StringBuilder();
        while (true) {
            var size = new StringBuilder();
            while (size.indexOf("\r\n") < 0) {
                size.append((char) readByte());
            }
            int bytes = Integer.parseInt(size.toString().strip(), 16);
            String chunk = read(bytes + 2);
            if (bytes == 0) {
                return body.toString();
            }
            body.append(chunk, 0, bytes);
        }
    }

    String read(int length) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("the connection ended after " + bytes.length + " of " + length + " bytes");
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private int readByte() throws IOException {
        int b = socket.getInputStream().read();
        if (b < 0) {
            throw new IOException("the connection ended");
        }
        return b;
    }

    /// Everything until the connection ends, by a close or a reset.
    String rest() {
        var rest = new ByteArrayOutputStream();
        try {
            for (int b = socket.getInputStream().read();
                    b >= 0;
                    b = socket.getInputStream().read()) {
                rest.write(b);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the connection stays open", e);
        } catch (IOException e) {
            return rest.toString(StandardCharsets.ISO_8859_1);
        }
        return rest.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

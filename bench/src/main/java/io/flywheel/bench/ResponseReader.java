package io.flywheel.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;

/// Reads responses off a connection as cheaply as a client can: finds their ends, keeps nothing but the status, and the
/// beginning of the body where the status is an error.
final class ResponseReader {
    private static final int HEAD_BYTES_MAX = 16 << 10;
    private static final int KEPT_BYTES_MAX = 1024;

    private enum State {
        HEAD,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        TRAILER
    }

    private final byte[] head = new byte[HEAD_BYTES_MAX];
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private State state = State.HEAD;
    private boolean headBegun;
    private int headBytes;
    private int status;
    private long remaining;
    private long bodyBytes;
    private int trailerBytes;

    int status() {
        return status;
    }

    /// Bytes of the last response's body.
    long bodyBytes() {
        return bodyBytes;
    }

    /// Head and beginning of the body of an error.
    String failure() {
        return new String(head, 0, headBytes, ISO_8859_1) + kept.toString(ISO_8859_1);
    }

    /// Takes what has arrived. True when a response ended with it; bytes after that end are left.
    boolean read(ByteBuf bytes) {
        while (bytes.isReadable()) {
            boolean ended = switch (state) {
                case HEAD -> readHead(bytes);
                case BODY -> skip(bytes) == 0;
                case CHUNK_SIZE -> readChunkSize(bytes);
                case CHUNK -> readChunk(bytes);
                case TRAILER -> readTrailer(bytes);
            };
            if (ended) {
                state = State.HEAD;
                return true;
            }
        }
        return false;
    }

    private boolean readHead(ByteBuf bytes) {
        if (!headBegun) {
            headBegun = true;
            headBytes = 0;
            kept.reset();
        }
        int copied = Math.min(bytes.readableBytes(), HEAD_BYTES_MAX - headBytes);
        bytes.getBytes(bytes.readerIndex(), head, headBytes, copied);
        int end = headEnd(Math.max(0, headBytes - 3), headBytes + copied);
        if (end < 0) {
            if (headBytes + copied == HEAD_BYTES_MAX) {
                throw new IllegalStateException("a response head of more than " + HEAD_BYTES_MAX + " bytes");
            }
            bytes.skipBytes(copied);
            headBytes += copied;
            return false;
        }
        bytes.skipBytes(end - headBytes);
        headBytes = end;
        headBegun = false;
        bodyBytes = 0;
        return headRead();
    }

    private int headEnd(int from, int to) {
        for (int i = from; i + 3 < to; i++) {
            if (head[i] == '\r' && head[i + 1] == '\n' && head[i + 2] == '\r' && head[i + 3] == '\n') {
                return i + 4;
            }
        }
        return -1;
    }

    private boolean headRead() {
        status = (head[9] - '0') * 100 + (head[10] - '0') * 10 + head[11] - '0';
        if (status == 100) {
            return false;
        }
        if (status == 204 || status == 304) {
            return true;
        }
        long length = 0;
        boolean chunked = false;
        for (int line = lineAfter(0); line < headBytes; line = lineAfter(line)) {
            if (startsWith(line, "content-length:")) {
                length = number(line + "content-length:".length(), 10);
            } else if (startsWith(line, "transfer-encoding:")) {
                chunked = true;
            }
        }
        remaining = length;
        state = chunked ? State.CHUNK_SIZE : State.BODY;
        return !chunked && length == 0;
    }

    private int lineAfter(int from) {
        int i = from;
        while (i < headBytes && head[i] != '\n') {
            i++;
        }
        return i + 1;
    }

    private boolean startsWith(int at, String lowerCase) {
        if (at + lowerCase.length() > headBytes) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            if ((head[at + i] | 0x20) != (lowerCase.charAt(i) | 0x20)) {
                return false;
            }
        }
        return true;
    }

    private long number(int from, int radix) {
        long value = 0;
        for (int i = from; i < headBytes && head[i] != '\r'; i++) {
            int digit = Character.digit(head[i], radix);
            if (digit >= 0) {
                value = value * radix + digit;
            }
        }
        return value;
    }

    private long skip(ByteBuf bytes) {
        int skipped = (int) Math.min(bytes.readableBytes(), remaining);
        if (status >= 300 && kept.size() < KEPT_BYTES_MAX) {
            for (int i = 0; i < skipped; i++) {
                kept.write(bytes.getByte(bytes.readerIndex() + i));
            }
        }
        bytes.skipBytes(skipped);
        bodyBytes += skipped;
        remaining -= skipped;
        return remaining;
    }

    private boolean readChunkSize(ByteBuf bytes) {
        byte next = bytes.readByte();
        if (next == '\n') {
            // The chunk's CRLF is skipped with it.
            boolean last = remaining == 0;
            remaining = last ? 0 : remaining + 2;
            state = last ? State.TRAILER : State.CHUNK;
            trailerBytes = 0;
        } else if (next != '\r') {
            remaining = remaining * 16 + Character.digit(next, 16);
        }
        return false;
    }

    private boolean readChunk(ByteBuf bytes) {
        if (skip(bytes) == 0) {
            bodyBytes -= 2;
            state = State.CHUNK_SIZE;
        }
        return false;
    }

    private boolean readTrailer(ByteBuf bytes) {
        byte next = bytes.readByte();
        if (next == '\n') {
            boolean empty = trailerBytes == 0;
            trailerBytes = 0;
            return empty;
        }
        if (next != '\r') {
            trailerBytes++;
        }
        return false;
    }
}

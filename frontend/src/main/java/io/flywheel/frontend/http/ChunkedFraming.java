package io.flywheel.frontend.http;

import io.netty.buffer.ByteBuf;

/// HTTP's own chunking of a request's body (RFC 9112, 7.1): says how many of the next bytes are payload.
/// Extensions and trailers are skipped, within bounds.
final class ChunkedFraming {
    private static final int LINE_BYTES_MAX = 1024;
    private static final int TRAILER_BYTES_MAX = 16 << 10;

    /// What stands at the reader index.
    enum State {
        SIZE,
        SIZE_EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER,
        TRAILER_LF,
        END_LF,
        END,
        MALFORMED
    }

    private State state = State.SIZE;
    private long size;
    private int digits;
    private int lineBytes;
    private int trailerBytes;

    State state() {
        return state;
    }

    /// Skips framing. Afterwards the state is DATA with at least one byte there to take, END, MALFORMED, or {@code in}
    /// is used up.
    ///
    /// @return payload bytes that stand at the reader index now
    int advance(ByteBuf in) {
        while (in.isReadable() && state != State.END && state != State.MALFORMED) {
            if (state == State.DATA) {
                return (int) Math.min(size, in.readableBytes());
            }
            state = step(in.readByte());
        }
        return 0;
    }

    /// Says that {@code bytes} of payload were taken.
    void taken(int bytes) {
        size -= bytes;
        if (size == 0) {
            state = State.DATA_CR;
        }
    }

    private State step(byte b) {
        return switch (state) {
            case SIZE -> size(b);
            case SIZE_EXTENSION -> {
                if (b == '\r') {
                    yield State.SIZE_LF;
                }
                yield isText(b) && ++lineBytes <= LINE_BYTES_MAX ? State.SIZE_EXTENSION : State.MALFORMED;
            }
            case SIZE_LF -> {
                digits = 0;
                lineBytes = 0;
                yield b != '\n' ? State.MALFORMED : size == 0 ? State.TRAILER_START : State.DATA;
            }
            case DATA_CR -> b == '\r' ? State.DATA_LF : State.MALFORMED;
            case DATA_LF -> b == '\n' ? State.SIZE : State.MALFORMED;
            case TRAILER_START -> b == '\r' ? State.END_LF : trailer(b);
            case TRAILER -> b == '\r' ? State.TRAILER_LF : trailer(b);
            case TRAILER_LF -> b == '\n' ? State.TRAILER_START : State.MALFORMED;
            case END_LF -> b == '\n' ? State.END : State.MALFORMED;
            case DATA, END, MALFORMED -> throw new IllegalStateException("no framing in state " + state);
        };
    }

    private State size(byte b) {
        int digit = Character.digit(b, 16);
        if (digit >= 0) {
            size = digits == 0 ? digit : size << 4 | digit;
            return ++digits <= 15 ? State.SIZE : State.MALFORMED;
        }
        if (digits == 0) {
            return State.MALFORMED;
        }
        return b == '\r' ? State.SIZE_LF : b == ';' ? State.SIZE_EXTENSION : State.MALFORMED;
    }

    private State trailer(byte b) {
        return isText(b) && ++trailerBytes <= TRAILER_BYTES_MAX ? State.TRAILER : State.MALFORMED;
    }

    private static boolean isText(byte b) {
        return b >= ' ' || b < 0 || b == '\t';
    }
}

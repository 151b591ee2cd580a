package io.flywheel.loadtest.http;

import java.nio.ByteBuffer;

/// A request's body. It is asked for the next bytes when the connection can take them, so that it never has to be in
/// memory as a whole. Used on one thread at a time.
public interface Payload {
    /// Of no bytes.
    Payload EMPTY = of(new byte[0]);

    long lengthBytes();

    /// Begins with the first byte; called before the first {@link #write}, and again where it gets another connection.
    void rewind();

    /// Puts the next bytes into the buffer, at least one: as many as fit or are left.
    void write(ByteBuffer into);

    /// Of bytes that are at hand; they must not change. Begins anew by itself: share it only where it is empty.
    static Payload of(byte[] bytes) {
        return new Payload() {
            private int written;

            @Override
            public long lengthBytes() {
                return bytes.length;
            }

            @Override
            public void rewind() {
                written = 0;
            }

            @Override
            public void write(ByteBuffer into) {
                int length = Math.min(into.remaining(), bytes.length - written);
                into.put(bytes, written, length);
                written += length;
            }
        };
    }
}

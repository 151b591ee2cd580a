package io.flywheel.loadtest.s3;

import io.flywheel.loadtest.http.Payload;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A range of an object's content as a request's body.
public final class ContentPayload implements Payload {
    private final Content content;
    private final long identity;
    private final long fromBytes;
    private final long lengthBytes;
    private long written;

    public ContentPayload(Content content, long identity, long fromBytes, long lengthBytes) {
        this.content = content;
        this.identity = identity;
        this.fromBytes = fromBytes;
        this.lengthBytes = lengthBytes;
    }

    @Override
    public long lengthBytes() {
        return lengthBytes;
    }

    @Override
    public void rewind() {
        written = 0;
    }

    @Override
    public void write(ByteBuffer into) {
        int count = (int) Math.min(into.remaining(), lengthBytes - written);
        content.write(identity, fromBytes + written, into, count);
        written += count;
    }

    /// In hexadecimal; makes all of it once.
    static String sha256(Payload payload) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(64 * 1024, Math.max(1, payload.lengthBytes())));
            payload.rewind();
            for (long left = payload.lengthBytes(); left > 0; left -= piece.position()) {
                piece.clear();
                payload.write(piece);
                digest.update(piece.array(), 0, piece.position());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

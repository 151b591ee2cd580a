package io.flywheel.shardstore;

import static io.flywheel.base.Check.check;
import static io.flywheel.base.Check.checkState;

import io.flywheel.base.ShardId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A value that arrives as a stream: cut into pieces that go to the log as they fill, large ones straight from the
/// caller's buffer. A value that fits one piece becomes one frame.
final class StreamWriter implements ShardStore.Writer {
    private final ValueLog values;
    private final ShardId shard;
    private final int pieceBytes;
    private final int pieceBytesMax;
    private final List<Locator> pieces = new ArrayList<>();
    private byte[] buffer = new byte[0];
    private int buffered;
    private long lengthBytes;
    private boolean ended;
    private ShardStore.@Nullable Sealed refusal;

    StreamWriter(ValueLog values, ShardId shard, Options options) {
        this.values = values;
        this.shard = shard;
        this.pieceBytes = options.pieceBytes();
        this.pieceBytesMax = options.pieceBytesMax();
    }

    @Override
    public boolean append(ByteBuffer bytes) {
        checkState(!ended, "the value has ended");
        check(lengthBytes + bytes.remaining() <= ShardStore.SHARD_BYTES_MAX, "a value has at most 64 MiB");
        lengthBytes += bytes.remaining();
        while (bytes.hasRemaining() && refusal == null) {
            if (buffered == 0 && bytes.remaining() >= pieceBytes) {
                int length = Math.min(bytes.remaining(), pieceBytesMax);
                length = length > Frame.UNIT_BYTES ? length / Frame.UNIT_BYTES * Frame.UNIT_BYTES : length;
                piece(bytes.slice(bytes.position(), length));
                bytes.position(bytes.position() + length);
            } else {
                int length = Math.min(bytes.remaining(), pieceBytes - buffered);
                if (buffer.length < buffered + length) {
                    buffer = Arrays.copyOf(buffer, Math.min(pieceBytes, Math.max(buffered + length, 2 * buffered)));
                }
                bytes.get(buffer, buffered, length);
                buffered += length;
                if (buffered == pieceBytes) {
                    pieceFromBuffer();
                }
            }
        }
        return refusal == null;
    }

    private void pieceFromBuffer() {
        piece(ByteBuffer.wrap(buffer, 0, buffered));
        buffered = 0;
    }

    private void piece(ByteBuffer bytes) {
        long at = pieces.stream().mapToLong(Locator::payloadBytes).sum();
        switch (values.appendPiece(Reserve.Kind.PUT, shard, (int) at, bytes)) {
            case ValueLog.Piece.At(var locator) -> pieces.add(locator);
            case ValueLog.Piece.Refused(var why) -> refusal = why;
        }
    }

    @Override
    public ShardStore.Sealed seal() {
        checkState(!ended, "the value has ended");
        check(lengthBytes > 0, "a value has at least 1 byte");
        if (refusal == null && pieces.isEmpty()) {
            ended = true;
            return values.put(shard, ByteBuffer.wrap(buffer, 0, buffered));
        }
        if (refusal == null && buffered > 0) {
            pieceFromBuffer();
        }
        if (refusal != null) {
            close();
            return refusal;
        }
        var sealed = values.seal(shard, new Manifest(pieces));
        if (sealed instanceof ShardStore.Sealed.Accepted) {
            ended = true;
        } else {
            close();
        }
        return sealed;
    }

    @Override
    public ShardStore.Sealed seal(Dependency after) {
        return values.keepsInOrder(after) ? seal() : ShardStore.Writer.super.seal(after);
    }

    @Override
    public void close() {
        if (!ended) {
            ended = true;
            values.abandon(pieces);
        }
        buffer = new byte[0];
    }
}

package io.flywheel.storage;

import static io.flywheel.base.Check.check;
import static io.flywheel.base.Check.checkState;

import io.flywheel.base.Transport;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.storage.ShardRequest.Target;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/// A {@link ShardStore.Writer} over messages. Small pieces are collected, and a value that fits one message is
/// sent as one; large pieces go straight from the caller's buffer.
final class RemoteWriter implements ShardStore.Writer {
    /// Pieces below this are collected.
    private static final int COLLECTED_BYTES_MAX = 256 << 10;

    private final RemoteDisk disk;
    private final Target target;
    private final ShardStream stream;
    private byte[] collected = new byte[0];
    private int collectedBytes;
    private long lengthBytes;
    private boolean isOver;
    private Optional<Written> refusal = Optional.empty();

    RemoteWriter(RemoteDisk disk, Target target) {
        this.disk = disk;
        this.target = target;
        this.stream = disk.open(target);
    }

    @Override
    public boolean append(ByteBuffer bytes) {
        checkState(!isOver, "the value has ended");
        check(lengthBytes + bytes.remaining() <= ShardStore.SHARD_BYTES_MAX, "a value has at most 64 MiB");
        lengthBytes += bytes.remaining();
        while (bytes.hasRemaining() && refusal.isEmpty()) {
            if (collectedBytes == 0 && bytes.remaining() >= COLLECTED_BYTES_MAX) {
                int length = Math.min(bytes.remaining(), Transport.BODY_BYTES_MAX);
                refusal = stream.appendNow(bytes.slice(bytes.position(), length));
                bytes.position(bytes.position() + length);
            } else {
                collect(bytes);
            }
        }
        return refusal.isEmpty();
    }

    private void collect(ByteBuffer bytes) {
        int length = Math.min(bytes.remaining(), COLLECTED_BYTES_MAX - collectedBytes);
        if (collected.length < collectedBytes + length) {
            int room = Math.max(collectedBytes + length, 2 * collectedBytes);
            collected = Arrays.copyOf(collected, Math.min(COLLECTED_BYTES_MAX, room));
        }
        bytes.get(collected, collectedBytes, length);
        collectedBytes += length;
        if (collectedBytes == COLLECTED_BYTES_MAX) {
            sendCollected();
        }
    }

    private void sendCollected() {
        refusal = stream.appendNow(ByteBuffer.wrap(collected, 0, collectedBytes));
        collectedBytes = 0;
    }

    @Override
    public ShardStore.Sealed seal() {
        checkState(!isOver, "the value has ended");
        check(lengthBytes > 0, "a value has at least 1 byte");
        isOver = true;
        if (refusal.isEmpty() && !stream.isOpened()) {
            var value = ByteBuffer.wrap(collected, 0, collectedBytes);
            return Written.of(disk.call(new ShardRequest.Put(disk.id(), target), value))
                    .sealed();
        }
        if (refusal.isEmpty() && collectedBytes > 0) {
            sendCollected();
        }
        if (refusal.isPresent()) {
            stream.close();
            return refused(refusal.get());
        }
        return stream.sealNow().sealed();
    }

    /// Bytes that may have been taken are nothing that may be visible: without a seal the value is not there.
    private static ShardStore.Sealed refused(Written refusal) {
        return refusal instanceof Written.Unknown(var reason) ? new ShardStore.Sealed.Fenced(reason) : refusal.sealed();
    }

    @Override
    public void close() {
        isOver = true;
        stream.close();
        collected = new byte[0];
    }
}

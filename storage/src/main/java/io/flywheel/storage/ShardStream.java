package io.flywheel.storage;

import static io.flywheel.base.Check.checkState;

import io.flywheel.base.Transport;
import io.flywheel.storage.ShardRequest.Target;
import java.nio.ByteBuffer;
import java.util.Optional;

/// A value that is written to a disk of a node piece by piece. One request at a time: the next is sent when the
/// one before was taken. A stream of which one request failed, or was not answered, is given up: the block gets
/// a new id.
public final class ShardStream implements AutoCloseable {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final RemoteDisk disk;
    private final Target target;
    private final long session;
    private long sentBytes;
    private boolean isOpened;
    private boolean isOver;

    ShardStream(RemoteDisk disk, Target target, long session) {
        this.disk = disk;
        this.target = target;
        this.session = session;
    }

    /// Sends bytes, at most {@link Transport#BODY_BYTES_MAX}, which belong to the request until it is released.
    /// Empty when they were taken, else why not; nothing more need be sent then.
    public Pending<Optional<Written>> append(ByteBuffer bytes) {
        return disk.send(next(bytes), bytes, ShardStream::refusal);
    }

    /// Ends the value and makes it visible.
    public Pending<Written> seal() {
        return disk.send(last(), NOTHING, Written::of);
    }

    /// The same, waiting.
    Optional<Written> appendNow(ByteBuffer bytes) {
        return refusal(disk.call(next(bytes), bytes));
    }

    Written sealNow() {
        return Written.of(disk.call(last()));
    }

    private ShardRequest next(ByteBuffer bytes) {
        checkState(!isOver, "the value has ended");
        long offset = sentBytes;
        sentBytes += bytes.remaining();
        if (isOpened) {
            return new ShardRequest.Append(disk.id(), session, offset);
        }
        isOpened = true;
        return new ShardRequest.Open(disk.id(), session, target);
    }

    private ShardRequest last() {
        checkState(!isOver, "the value has ended");
        checkState(sentBytes > 0, "a value has at least 1 byte");
        isOver = true;
        return new ShardRequest.Seal(disk.id(), session, sentBytes);
    }

    private static Optional<Written> refusal(Reply reply) {
        return reply instanceof Reply.Told(ShardAnswer.Taken()) ? Optional.empty() : Optional.of(Written.of(reply));
    }

    boolean isOpened() {
        return isOpened;
    }

    /// Drops the value unless it was sealed. Does not wait: should the node not learn of it, it drops the value
    /// when nobody has added to it for a while.
    @Override
    public void close() {
        if (isOpened && !isOver) {
            isOver = true;
            disk.send(new ShardRequest.Abort(disk.id(), session), NOTHING, reply -> reply);
        }
    }
}

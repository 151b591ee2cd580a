package io.flywheel.frontend.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.function.Consumer;

/// The sending side of a connection: collects writes so that they are flushed together, and watches that the client
/// takes them. Used only on the connection's event loop.
final class Output {
    private final Channel channel;
    private final Pace pace;
    private long handedBytes;
    private boolean held;
    private boolean flushPending;

    Output(Channel channel, Pace pace) {
        this.channel = channel;
        this.pace = pace;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the promise without a future: a failure closes the channel
    void write(ByteBuf data) {
        handedBytes += data.readableBytes();
        channel.write(data, channel.voidPromise());
    }

    /// @param done hears whether it was sent
    void write(ByteBuf data, Consumer<Boolean> done) {
        handedBytes += data.readableBytes();
        channel.write(data).addListener(future -> done.accept(future.isSuccess()));
    }

    /// Sends what was written, or leaves that to {@link #release} while more may follow at once.
    void flush() {
        if (held) {
            flushPending = true;
        } else {
            channel.flush();
        }
    }

    /// From here on flushing waits.
    void hold() {
        held = true;
    }

    /// Nothing follows at once.
    void release() {
        held = false;
        if (flushPending) {
            flushPending = false;
            channel.flush();
        }
    }

    /// Bytes that the socket has not taken yet.
    long pendingBytes() {
        var buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /// Whether the client takes less than it must.
    boolean isTooSlow(long nowNanos) {
        var buffer = channel.unsafe().outboundBuffer();
        if (buffer == null) {
            return false;
        }
        long pending = buffer.totalPendingWriteBytes();
        pace.reached(handedBytes - pending + buffer.currentProgress());
        return pace.isTooSlow(nowNanos, pending > 0);
    }
}

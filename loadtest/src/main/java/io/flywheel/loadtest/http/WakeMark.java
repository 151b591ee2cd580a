package io.flywheel.loadtest.http;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;

/// How much has to have come before the system wakes the event loop: in the middle of a long body a good part of a
/// buffer, so that each wake-up is worth its while; one byte everywhere else, so that no answer's end is seen late.
/// Used on the connection's event loop alone.
///
/// @see <a href="https://man7.org/linux/man-pages/man7/socket.7.html">SO_RCVLOWAT in socket(7)</a>
final class WakeMark {
    /// What is read at once.
    static final int BYTES = 256 * 1024;
    /// A new connection's window is about as large as what is read at once: with a mark as large sender and receiver
    /// would take turns (docs/performance.md).
    private static final int MARK_BYTES = BYTES / 4;
    /// So much of the body is left when the mark is lowered.
    private static final int LEFT_BYTES_MIN = 2 * BYTES;
    /// By the numbers of Linux on all processors that this transport exists for.
    private static final IntegerUnixChannelOption OPTION = new IntegerUnixChannelOption("SO_RCVLOWAT", 1, 18);

    private final Channel channel;
    private final boolean isKnown;
    private boolean isRaised;

    WakeMark(Channel channel) {
        this.channel = channel;
        this.isKnown = channel instanceof EpollSocketChannel;
    }

    /// Something was read.
    ///
    /// @param leftBytes are certain to come
    void adapt(long leftBytes) {
        boolean raise = leftBytes > LEFT_BYTES_MIN;
        if (isKnown && raise != isRaised && channel.isActive()) {
            isRaised = raise;
            channel.config().setOption(OPTION, raise ? MARK_BYTES : 1);
        }
    }

    /// What has come is to be told, however little it is.
    ///
    /// @return false when that was so already
    boolean lower() {
        boolean wasRaised = isRaised;
        adapt(0);
        return wasRaised;
    }
}

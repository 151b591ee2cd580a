package io.flywheel.frontend.http;

import java.time.Duration;

/// Watches whether a peer keeps up a minimum rate, averaged over a window; on one event loop.
final class Pace {
    private final long bytesPerWindow;
    private final long windowNanos;
    private long sinceNanos;
    private long bytes;
    private long markBytes;
    private boolean waited;

    Pace(long bytesPerSecond, Duration window) {
        windowNanos = window.toNanos();
        bytesPerWindow = (long) (bytesPerSecond * (windowNanos / 1e9));
    }

    /// The peer moved {@code more} bytes.
    void progress(long more) {
        bytes += more;
    }

    /// The peer has moved {@code total} bytes in all.
    void reached(long total) {
        bytes = Math.max(bytes, total);
    }

    /// Begins a new window.
    void restart(long nowNanos) {
        sinceNanos = nowNanos;
        markBytes = bytes;
        waited = true;
    }

    /// Whether the peer moved less than it must in a window throughout which it could have.
    ///
    /// @param waits whether it is the peer's turn now
    boolean isTooSlow(long nowNanos, boolean waits) {
        if (!waits || !waited) {
            restart(nowNanos);
            waited = waits;
            return false;
        }
        if (nowNanos - sinceNanos < windowNanos) {
            return false;
        }
        boolean slow = bytes - markBytes < Math.max(1, bytesPerWindow);
        restart(nowNanos);
        return slow;
    }
}

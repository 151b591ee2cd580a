package io.flywheel.shardstore;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts pages of the index into the log. A page counts as live from then on until it is released; it is persistent
/// only after {@link Log#everything}.
final class PageLog {
    private final Log log;
    private final ExtentTable extents;

    PageLog(Log log, ExtentTable extents) {
        this.log = log;
        this.extents = extents;
    }

    /// Where the page is; null when there is no room.
    @Nullable
    Locator append(Reserve.Kind kind, Operation operation, Payload payload) {
        Log.Placed placed;
        log.lock();
        try {
            if (log.awaitRoom(kind, Frame.bytes(payload.length())) != Log.Room.READY) {
                return null;
            }
            placed = log.place(operation, Frame.NOBODY, 0, payload, false, false);
            extents.addPages(placed.frame().extent(), placed.frame().frameBytes());
        } finally {
            log.unlock();
        }
        log.fill(placed, payload);
        return placed.locator();
    }

    void release(List<Locator> gone) {
        log.lock();
        try {
            gone.forEach(page -> extents.addPages(page.extent(), -page.frameBytes()));
        } finally {
            log.unlock();
        }
    }
}

package io.flywheel.server;

import java.time.Duration;
import java.util.Optional;

/// What the looks at one disk came to, one after the other. One task looks at a time; others read what is known.
final class DiskCondition {
    private static final long HANGS_NANOS = Duration.ofSeconds(10).toNanos();

    /// What keeps one file from being read may be over soon, and need not be the disk's fault: with too many files
    /// open it is so on all disks at once.
    static final int UNREADABLE_MAX = 10;

    private volatile long askedNanos;
    private volatile boolean isAsked;
    private volatile boolean isGone;
    private volatile String fenced = "";
    private volatile String unreadable = "";
    private int unreadableLooks;

    /// A look begins.
    void asked(long nowNanos) {
        askedNanos = nowNanos;
        isAsked = true;
    }

    /// The look that began last is over.
    ///
    /// @param fence why it takes no more writes
    void saw(DiskDirectory.Presence presence, Optional<String> fence) {
        isGone = presence instanceof DiskDirectory.Presence.Gone;
        unreadableLooks = presence instanceof DiskDirectory.Presence.Unreadable ? unreadableLooks + 1 : 0;
        unreadable = presence instanceof DiskDirectory.Presence.Unreadable(var why) && unreadableLooks >= UNREADABLE_MAX
                ? "it cannot be read: " + why
                : "";
        fenced = fence.orElse("");
        isAsked = false;
    }

    /// Whether a look is under way.
    boolean isAsked() {
        return isAsked;
    }

    /// Whether it is not there any more, for good.
    boolean isGone() {
        return isGone;
    }

    /// Why nobody should count on it now; it may be well again.
    Optional<String> trouble(long nowNanos) {
        if (isAsked && nowNanos - askedNanos > HANGS_NANOS) {
            return Optional.of("it does not answer");
        }
        return Optional.of(fenced.isEmpty() ? unreadable : fenced).filter(why -> !why.isEmpty());
    }
}

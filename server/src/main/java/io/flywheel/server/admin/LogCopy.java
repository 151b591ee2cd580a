package io.flywheel.server.admin;

import io.flywheel.base.DiskId;
import io.flywheel.namespace.log.QuorumLog;

/// A disk that holds the namespace's log, or should.
public record LogCopy(DiskId disk, QuorumLog.State state) {
    /// Whether it has everything that was acknowledged.
    boolean inSync() {
        return state == QuorumLog.State.IN_SYNC;
    }

    /// The state in status's words.
    public String words() {
        return switch (state) {
            case IN_SYNC -> "in sync";
            case BEHIND -> "behind";
            case FAILED -> "failed";
            case ABSENT -> "absent";
        };
    }
}

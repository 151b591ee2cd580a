package io.flywheel.server.admin;

import java.util.Optional;
import java.util.stream.Stream;

/// How a store is, in one word; what is worse comes later.
public enum Verdict {
    /// Everything has the redundancy that it was stored with.
    HEALTHY("healthy", 0),
    /// Something has lost redundancy and would survive at least one more loss; or a disk is not well.
    DEGRADED("degraded", 10),
    /// Something would not survive one more loss, and was stored so that it would.
    AT_RISK("at risk", 11),
    /// Something cannot be read now.
    UNAVAILABLE("data unavailable", 12);

    private final String words;
    private final int exitCode;

    Verdict(String words, int exitCode) {
        this.words = words;
        this.exitCode = exitCode;
    }

    public String words() {
        return words;
    }

    /// What {@code ./flywheel status} exits with.
    public int exitCode() {
        return exitCode;
    }

    /// The verdict with these words.
    public static Optional<Verdict> of(String words) {
        return Stream.of(values()).filter(each -> each.words.equals(words)).findFirst();
    }

    Verdict or(Verdict other) {
        return compareTo(other) >= 0 ? this : other;
    }
}

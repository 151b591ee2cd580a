package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.result.Quantities;

/// Says how far something is that takes long, and nothing of what does not. For one thread.
final class Progress {
    private static final long EVERY_NANOS = 10_000_000_000L;

    private final Run run;
    private final String what;
    private final long all;
    private long saidNanos = System.nanoTime();

    /// @param all how much there is; 0 where that is not known
    Progress(Run run, String what, long all) {
        this.run = run;
        this.what = what;
        this.all = all;
    }

    void reached(long count) {
        long now = System.nanoTime();
        if (now - saidNanos >= EVERY_NANOS) {
            saidNanos = now;
            run.log(what + " " + Quantities.count(count) + (all > 0 ? " of " + Quantities.count(all) : ""));
        }
    }
}

package io.flywheel.bench;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.Transaction;

/// A team's transaction that waits as for an answer that is long in coming: it blocks its virtual thread, some calls
/// deep, as in a client's library. The load test makes it in a process of its own.
public final class WaitingBundle {
    private final long waitMillis;
    private final int depth;

    public WaitingBundle(Run run) {
        waitMillis = run.settings().number("wait-millis", 1_000);
        depth = (int) run.settings().number("depth", 0);
    }

    @Transaction(timeoutSeconds = 300)
    public int await() throws InterruptedException {
        return called(depth);
    }

    private int called(int deeper) throws InterruptedException {
        if (deeper == 0) {
            Thread.sleep(waitMillis);
            return 0;
        }
        return called(deeper - 1) + 1;
    }
}

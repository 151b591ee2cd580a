package io.flywheel.loadtest.http;

import java.util.concurrent.Executor;

/// The event loops of a client. What is executed runs on one of them: at once where it is asked for on one, else on
/// each in turn, after what that loop has to do before. Exchanges that are sent from there stay there.
public interface Loops extends Executor {
    /// For how long what came from its sockets has kept the busiest of them from waiting for more.
    long busyNanos();
}

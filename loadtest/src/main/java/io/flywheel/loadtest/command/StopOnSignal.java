package io.flywheel.loadtest.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// While it is open, Ctrl-C and SIGTERM stop what runs instead of the process, which waits for its summary.
final class StopOnSignal implements AutoCloseable {
    private static final int STOP_SECONDS_MAX = 60;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook;

    /// @param stop makes the work come to its end soon; called on another thread
    StopOnSignal(Runnable stop) {
        // The JVM ends when its hooks have.
        hook = new Thread(() -> {
            stop.run();
            awaitEnd();
        });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void awaitEnd() {
        try {
            if (!finished.await(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                System.err.println("flywheel: the run did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is on its way down: the hook runs and has nothing to wait for any more.
            return;
        }
    }
}

package io.flywheel.loadtest.engine;

import java.util.concurrent.ThreadFactory;

/// A body that may block: each execution has a virtual thread of its own, which is interrupted when its time is up.
public final class ThreadBody implements Body {
    /// What is done on the thread. It may throw whatever it likes, which fails the execution.
    @FunctionalInterface
    public interface Work {
        /// @return false when there was nothing to work on
        boolean run(Execution execution) throws Throwable;
    }

    private static final ThreadFactory THREADS = Thread.ofVirtual().factory();

    private final Work work;

    public ThreadBody(Work work) {
        this.work = work;
    }

    @Override
    public void start(Execution execution) {
        Thread thread = THREADS.newThread(() -> run(execution));
        execution.attach(thread);
        thread.start();
    }

    // Whatever a team's code throws is the execution's failure, not the generator's.
    @SuppressWarnings("CatchAndPrintStackTrace")
    private void run(Execution execution) {
        execution.began();
        try {
            if (work.run(execution)) {
                execution.succeed();
            } else {
                execution.starve();
            }
        } catch (Throwable thrown) {
            execution.fail(thrown);
        } finally {
            execution.release();
        }
    }

    /// The thread releases the execution when it really ends.
    @Override
    public void cancel(Execution execution) {
        execution.attachment().ifPresent(thread -> ((Thread) thread).interrupt());
    }
}

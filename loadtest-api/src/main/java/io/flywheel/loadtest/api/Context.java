package io.flywheel.loadtest.api;

import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;

/// One execution of a transaction. May be used from any thread, by one at a time, until the execution has ended;
/// what is said after that is ignored.
public interface Context {
    /// The run that this execution belongs to.
    Run run();

    /// The number of this execution in the run, over all agents; never given twice.
    long number();

    /// Random numbers that depend on the run's seed, the transaction and {@link #number} alone, so that the same run
    /// sends the same things again.
    RandomGenerator random();

    /// Who does this: a user does one thing at a time and keeps what it knows from one transaction to the next. With
    /// a fixed concurrency there is one user for each; at a rate as many as transactions were in flight at once.
    User user();

    /// Notes whether something holds. Where it does not, the transaction failed with the error `check: NAME`, though it
    /// goes on. Use few names: each is counted.
    ///
    /// @return {@code passed}
    boolean check(String name, boolean passed);

    /// Like {@link #check}, but ends the transaction where it does not hold.
    ///
    /// @throws CheckFailed when {@code passed} is false; do not catch it
    default void require(String name, boolean passed) {
        if (!check(name, passed)) {
            throw new CheckFailed(name);
        }
    }

    /// Measures a part of the transaction under a name of its own, reported as `TRANSACTION/NAME`. Its latency counts
    /// from the call. What {@code part} throws counts as an error of the part and is thrown on.
    default <T> T measure(String name, Callable<T> part) throws Exception {
        Measurement measurement = begin(name);
        try {
            T result = part.call();
            measurement.end();
            return result;
        } catch (Exception | Error failure) {
            measurement.fail(failure);
            throw failure;
        }
    }

    /// Like {@link #measure} for what ends elsewhere. A part that has not ended with its transaction is not counted.
    Measurement begin(String name);

    /// Tells how the service names the request, so that a report of a failure can name it too. The last few are kept.
    void requestId(String id);

    /// Tells how many bytes of payload were sent; reported as throughput.
    void sent(long bytes);

    /// Tells how many bytes of payload were received; reported as throughput.
    void received(long bytes);
}

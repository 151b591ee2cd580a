package io.flywheel.loadtest.api;

/// A part of a transaction that is being measured. Only the first call counts.
public interface Measurement {
    /// The part succeeded.
    void end();

    /// The part failed; errors are counted by kind, as those of transactions.
    void fail(Throwable cause);
}

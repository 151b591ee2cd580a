package io.flywheel.loadtest.api;

/// Ends a transaction of which a required check did not pass.
public final class CheckFailed extends TransactionFailed {
    private static final long serialVersionUID = 1;

    public CheckFailed(String check) {
        super("check: " + check, check);
    }
}

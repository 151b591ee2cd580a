package io.flywheel.shardstore.checks;

/// A history did what the contract forbids.
final class CheckFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    CheckFailure(String message) {
        super(message);
    }
}

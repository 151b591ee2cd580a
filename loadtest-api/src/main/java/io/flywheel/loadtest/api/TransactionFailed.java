package io.flywheel.loadtest.api;

/// Thrown out of a transaction to fail it with an error of a kind of one's own. Errors are counted by kind, so use few
/// kinds and put what differs into the message. Other exceptions have the name of their class as kind.
public class TransactionFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String kind;

    public TransactionFailed(String kind, String message) {
        super(message);
        this.kind = kind;
    }

    public TransactionFailed(String kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public String kind() {
        return kind;
    }
}

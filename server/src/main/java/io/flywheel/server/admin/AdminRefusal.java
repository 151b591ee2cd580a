package io.flywheel.server.admin;

/// A request of an operator that is answered with an error. The message says what is wrong and what to do.
public final class AdminRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    AdminRefusal(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    /// The request is no sensible one.
    static AdminRefusal invalid(String message) {
        return new AdminRefusal(400, "InvalidRequest", message);
    }

    /// What it names does not exist.
    static AdminRefusal missing(String message) {
        return new AdminRefusal(404, "NotFound", message);
    }

    /// The store is not in a state to do it.
    public static AdminRefusal conflict(String message) {
        return new AdminRefusal(409, "Refused", message);
    }

    int status() {
        return status;
    }

    /// {@code {"error": {"code": ..., "message": ...}}}
    Json json() {
        return new Json().with("error", new Json().with("code", code).with("message", String.valueOf(getMessage())));
    }
}

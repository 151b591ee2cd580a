package io.flywheel.loadtest.s3;

import io.flywheel.loadtest.api.TransactionFailed;
import java.io.Serial;

/// An answer that is not what was asked for. Its kind is its status with the error's code, such as `s3 503 SlowDown`.
public final class S3Failure extends TransactionFailed {
    @Serial
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    /// @param code empty where the answer has none
    S3Failure(int status, String code, String message) {
        super(("s3 " + status + " " + code).strip(), message);
        this.status = status;
        this.code = code;
    }

    public int status() {
        return status;
    }

    /// As the service names it; empty where it does not.
    public String code() {
        return code;
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}

package io.flywheel.loadtest.s3;

import io.flywheel.loadtest.api.TransactionFailed;
import java.io.Serial;

/// An answer that is not what was asked for. Its kind is `s3 CODE` with the error's code, such as `s3 SlowDown`, or
/// the status where there is none.
public final class S3Failure extends TransactionFailed {
    @Serial
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    S3Failure(int status, String code, String message) {
        super("s3 " + code, message);
        this.status = status;
        this.code = code;
    }

    public int status() {
        return status;
    }

    /// As the service names it, or the status as text.
    public String code() {
        return code;
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}

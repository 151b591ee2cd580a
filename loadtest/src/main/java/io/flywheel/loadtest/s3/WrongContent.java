package io.flywheel.loadtest.s3;

import io.flywheel.loadtest.api.TransactionFailed;
import io.flywheel.loadtest.result.Verdict;
import java.io.Serial;

/// What was read is not what was written: the worst that a store can do. Its kind is `wrong content`; its message says
/// bucket, key, offset and request.
public final class WrongContent extends TransactionFailed {
    @Serial
    private static final long serialVersionUID = 1;

    private final long offset;

    WrongContent(S3Request request, long offset, String what, String requestId) {
        super(
                Verdict.WRONG_CONTENT,
                "bucket " + request.bucket() + ", key " + request.key() + ": " + what + " at offset " + offset
                        + " (request " + requestId + ")");
        this.offset = offset;
    }

    /// Of the first wrong byte in the object.
    public long offset() {
        return offset;
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}

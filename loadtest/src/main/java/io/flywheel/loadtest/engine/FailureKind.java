package io.flywheel.loadtest.engine;

import io.flywheel.loadtest.api.TransactionFailed;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.BindException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/// What kind of error a throwable is.
final class FailureKind {
    private FailureKind() {}

    /// What others only carry.
    static Throwable root(Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException
                        || cause instanceof ExecutionException
                        || cause instanceof InvocationTargetException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    static String of(Throwable thrown) {
        Throwable cause = root(thrown);
        return cause instanceof TransactionFailed failed
                ? failed.kind()
                : cause.getClass().getSimpleName();
    }

    static String message(Throwable thrown) {
        String message = root(thrown).getMessage();
        return message == null ? "" : message;
    }

    /// Whether the generator's own system refused a connection or memory: then the service is not to blame. Only what
    /// the system said counts: a failure of a transaction may quote the service.
    static boolean isOwnSystems(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException || cause instanceof OutOfMemoryError) {
                return true;
            }
            String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            if (cause instanceof IOException
                    && (message.contains("too many open files")
                            || message.contains("cannot assign requested address")
                            || message.contains("no buffer space available"))) {
                return true;
            }
        }
        return false;
    }
}

package io.flywheel.loadtest.http;

import io.flywheel.loadtest.api.TransactionFailed;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// A request that got no whole answer. Its kind in reports is that of {@link Reason}.
public final class HttpFailure extends TransactionFailed {
    @Serial
    private static final long serialVersionUID = 1;

    private final Reason reason;

    /// How an exchange broke off.
    public enum Reason {
        /// Nobody listens there.
        REFUSED("http refused"),
        /// No connection, for another reason: no route, no such name, no file descriptor.
        CONNECT("http connect"),
        /// The connection was reset.
        RESET("http reset"),
        /// The connection was closed before the answer's end.
        CLOSED("http closed"),
        /// No connection in time, or no byte moved for too long.
        TIMEOUT("http timeout"),
        /// All connections were in use for too long: the client's bound is too low, or the service too slow.
        NO_CONNECTION("http no connection"),
        /// The answer breaks the rules of HTTP, or a limit.
        PROTOCOL("http protocol"),
        /// The handshake failed, the certificate is not trusted.
        TLS("http tls"),
        /// Given up by the caller, or the client was closed.
        CANCELLED("http cancelled");

        private final String kind;

        Reason(String kind) {
            this.kind = kind;
        }

        /// As errors of it are counted.
        public String kind() {
            return kind;
        }
    }

    public HttpFailure(Reason reason, String message) {
        super(reason.kind, message);
        this.reason = reason;
    }

    HttpFailure(Reason reason, String message, @Nullable Throwable cause) {
        this(reason, message);
        if (cause != null) {
            var _ = initCause(cause);
        }
    }

    public Reason reason() {
        return reason;
    }

    /// A service that is down fails many thousand requests a second: where in the client it was noticed says nothing.
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}

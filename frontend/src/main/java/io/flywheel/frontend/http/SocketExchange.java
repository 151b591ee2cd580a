package io.flywheel.frontend.http;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One request on a connection.
final class SocketExchange implements Exchange {
    private enum Admission {
        NONE,
        ADMITTED,
        REFUSED,
        OVER
    }

    private final Connection connection;
    private final RequestHead head;
    private final ParsedHead.Valid parsed;
    private final SocketBody body;
    private final long reservedBytes;
    private final Budget budget;
    private final AtomicBoolean answered = new AtomicBoolean();

    private final AtomicReference<Admission> admission;
    private volatile boolean open = true;
    private volatile long receivedBytes;
    private volatile long sentBytes;
    private volatile @Nullable SocketStream stream;

    /// The status of the response once its head was made; on the event loop.
    private int status;

    SocketExchange(
            Connection connection, RequestHead head, ParsedHead.Valid parsed, HttpOptions options, Budget budget) {
        this.connection = connection;
        this.head = head;
        this.parsed = parsed;
        this.budget = budget;
        long length = parsed.contentLength();
        // A body without bytes needs no admission and no memory.
        reservedBytes = length < 0 ? options.bodyWindowBytes() : Math.min(length, options.bodyWindowBytes());
        body = new SocketBody(this, length, options.bodyWindowBytes());
        admission = new AtomicReference<>(length == 0 ? Admission.ADMITTED : Admission.NONE);
    }

    static boolean isBodiless(RequestHead head, int status) {
        return head.isHead() || status == 204 || status == 304;
    }

    @Override
    public RequestHead head() {
        return head;
    }

    @Override
    public SocketBody body() {
        return body;
    }

    @Override
    public boolean acceptBody() {
        if (admission.get() == Admission.NONE) {
            if (!budget.reserve(reservedBytes)) {
                admission.compareAndSet(Admission.NONE, Admission.REFUSED);
            } else if (admission.compareAndSet(Admission.NONE, Admission.ADMITTED)) {
                connection.execute(() -> connection.bodyAccepted(this));
            } else {
                budget.release(reservedBytes);
            }
        }
        return admission.get() != Admission.REFUSED;
    }

    boolean isAdmitted() {
        return admission.get() == Admission.ADMITTED;
    }

    void resumeReading() {
        connection.execute(() -> connection.resumeReading(this));
    }

    @Override
    public void respond(Response response) {
        answer();
        connection.execute(() -> connection.respond(this, response));
    }

    @Override
    public ResponseStream stream(int status, Headers headers, long contentLength) {
        answer();
        var made = new SocketStream(this, status, headers, contentLength, connection.responseWindowBytes());
        stream = made;
        if (!open) {
            made.close();
        }
        return made;
    }

    private void answer() {
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException("the request was answered already");
        }
    }

    /// Takes the right to answer; false when it is taken.
    boolean tryAnswer() {
        return answered.compareAndSet(false, true);
    }

    @Override
    public long bytesReceived() {
        return receivedBytes;
    }

    @Override
    public long bytesSent() {
        return sentBytes;
    }

    @Override
    public boolean isClosed() {
        return !open;
    }

    Connection connection() {
        return connection;
    }

    boolean isOpen() {
        return open;
    }

    boolean isHttp10() {
        return parsed.http10();
    }

    ParsedHead.Valid parsed() {
        return parsed;
    }

    int status() {
        return status;
    }

    void status(int status) {
        this.status = status;
    }

    /// On the event loop, which alone writes it.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void addReceived(int bytes) {
        receivedBytes += bytes;
    }

    /// On the event loop, which alone writes it.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void addSent(long bytes) {
        sentBytes += bytes;
    }

    /// The exchange is over; on the event loop, once.
    void over(boolean complete) {
        open = false;
        var streamed = stream;
        if (streamed != null && !complete) {
            streamed.close();
        }
        if (admission.getAndSet(Admission.OVER) == Admission.ADMITTED) {
            budget.release(reservedBytes);
        }
        body.discard();
    }
}

package io.flywheel.frontend.http;

import java.net.InetSocketAddress;

/// Hears of every request once, when its response is complete or will never be. Called on the event loop; must not
/// block.
public interface AccessLog {
    AccessLog NONE = new AccessLog() {
        @Override
        public void record(
                RequestHead head, int status, long bytesIn, long bytesOut, long durationNanos, boolean complete) {}

        @Override
        public void refused(String requestId, InetSocketAddress remote, int status, String code, String message) {}
    };

    /// A request that reached the service.
    ///
    /// @param status of the response, 0 when none was begun
    /// @param bytesIn of the request's body
    /// @param bytesOut of the response's body
    /// @param durationNanos from the complete head to the end
    /// @param complete whether the whole response was handed to the connection
    void record(RequestHead head, int status, long bytesIn, long bytesOut, long durationNanos, boolean complete);

    /// Something that was no valid request and was refused with {@code status}.
    void refused(String requestId, InetSocketAddress remote, int status, String code, String message);
}

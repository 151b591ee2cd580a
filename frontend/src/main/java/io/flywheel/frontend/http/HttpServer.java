package io.flywheel.frontend.http;

import java.net.InetSocketAddress;
import java.time.Duration;

/// A listening HTTP server.
public final class HttpServer {
    private final InetSocketAddress address;

    HttpServer(InetSocketAddress address) {
        this.address = address;
    }

    /// What a start came to.
    public sealed interface Start {
        record Started(HttpServer server) implements Start {}

        /// @param reason says what is wrong and with which address or file
        record Failed(String reason) implements Start {}
    }

    /// Binds and serves.
    public static Start start(HttpOptions options, Service service, ErrorRenderer errors, AccessLog log) {
        return new Start.Failed("not yet " + options + service + errors + log);
    }

    /// Where it listens, with the port that was picked.
    public InetSocketAddress address() {
        return address;
    }

    /// Open connections.
    public int connections() {
        return 0;
    }

    /// Stops accepting, waits for requests in flight up to {@code bound}, then cuts what is left. Blocks.
    ///
    /// @return whether every request in flight was finished
    public boolean shutdown(Duration bound) {
        return bound.isPositive();
    }
}

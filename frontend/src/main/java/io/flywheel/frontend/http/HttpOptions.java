package io.flywheel.frontend.http;

import static io.flywheel.base.Check.check;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// The bounds of the HTTP server. Every input has one.
///
/// @param address to listen on; port 0 picks a free one
/// @param tls certificate and key; empty for plain HTTP
/// @param eventLoops threads that serve sockets
/// @param headBytesMax the request line and headers together; default 16 KiB
/// @param requestLineBytesMax default 8 KiB
/// @param headerFieldsMax number of header fields; default 200
/// @param connectionsMax open connections; further ones are closed at once; default 10,000
/// @param idleTimeout between requests on one connection; default 60 s
/// @param headTimeout from a head's first byte to its last; default 10 s
/// @param rateWindow the time over which the two minimum rates are averaged, which is also the grace; default 30 s
/// @param uploadBytesPerSecondMin of a body that the server is ready to read; default 1 KiB/s
/// @param downloadBytesPerSecondMin of a response that the client has not yet taken; default 1 KiB/s
/// @param readBytesMax the largest single read from a socket; reads adapt between 2 KiB and this; default 256 KiB
/// @param bodyWindowBytes of a request's body in memory; default 512 KiB
/// @param responseWindowBytes of a streamed response handed over and not yet taken by the client; default 512 KiB
/// @param inFlightBytesMax the windows of all bodies together; default a quarter of the heap, at least 64 MiB
/// @param skipBytesMax the longest rest of an unread body that is skipped to keep its connection; default 256 KiB
/// @param lingerTimeout how long a connection closed under a sending client is still read, so that the client sees the
///     response and not a reset; default 2 s
public record HttpOptions(
        InetSocketAddress address,
        Optional<Tls> tls,
        int eventLoops,
        int headBytesMax,
        int requestLineBytesMax,
        int headerFieldsMax,
        int connectionsMax,
        Duration idleTimeout,
        Duration headTimeout,
        Duration rateWindow,
        long uploadBytesPerSecondMin,
        long downloadBytesPerSecondMin,
        int readBytesMax,
        int bodyWindowBytes,
        int responseWindowBytes,
        long inFlightBytesMax,
        int skipBytesMax,
        Duration lingerTimeout) {

    /// Files in PEM: a certificate chain, leaf first, and its private key in PKCS #8.
    public record Tls(Path certificate, Path key) {}

    public HttpOptions {
        check(eventLoops > 0, "eventLoops");
        check(requestLineBytesMax > 0 && requestLineBytesMax <= headBytesMax, "requestLineBytesMax");
        check(headBytesMax <= 1 << 20, "headBytesMax");
        check(headerFieldsMax > 0, "headerFieldsMax");
        check(connectionsMax > 0, "connectionsMax");
        check(idleTimeout.isPositive() && headTimeout.isPositive() && rateWindow.isPositive(), "timeouts");
        check(uploadBytesPerSecondMin >= 0 && downloadBytesPerSecondMin >= 0, "minimum rates");
        check(readBytesMax >= 2048, "readBytesMax");
        check(bodyWindowBytes >= readBytesMax, "bodyWindowBytes");
        check(responseWindowBytes > 0, "responseWindowBytes");
        check(inFlightBytesMax >= bodyWindowBytes, "inFlightBytesMax");
        check(skipBytesMax >= 0, "skipBytesMax");
    }

    /// The defaults, listening on {@code address}.
    public static HttpOptions on(InetSocketAddress address) {
        return new HttpOptions(
                address,
                Optional.empty(),
                Runtime.getRuntime().availableProcessors(),
                16 << 10,
                8 << 10,
                200,
                10_000,
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                1 << 10,
                1 << 10,
                256 << 10,
                512 << 10,
                512 << 10,
                Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 4),
                256 << 10,
                Duration.ofSeconds(2));
    }

    public HttpOptions withTls(Tls files) {
        return new HttpOptions(
                address,
                Optional.of(files),
                eventLoops,
                headBytesMax,
                requestLineBytesMax,
                headerFieldsMax,
                connectionsMax,
                idleTimeout,
                headTimeout,
                rateWindow,
                uploadBytesPerSecondMin,
                downloadBytesPerSecondMin,
                readBytesMax,
                bodyWindowBytes,
                responseWindowBytes,
                inFlightBytesMax,
                skipBytesMax,
                lingerTimeout);
    }
}

package io.flywheel.loadtest.http;

import static io.flywheel.base.Check.check;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// How a client behaves.
///
/// @param threads event loops
/// @param connectionsMax open at a time; a request for which there is none waits for one
/// @param connectTimeout for a connection with its TLS handshake, and for a free connection to be had
/// @param quietTimeout an exchange in which no byte moves for so long has failed
/// @param idleTimeout a connection that was not used for so long is closed
/// @param trust whom to trust where TLS is spoken
public record ClientOptions(
        int threads,
        int connectionsMax,
        Duration connectTimeout,
        Duration quietTimeout,
        Duration idleTimeout,
        Trust trust) {
    /// Which certificates are believed.
    public sealed interface Trust {
        /// Those that the Java runtime trusts.
        record Installed() implements Trust {}

        /// Those signed by the authorities in a PEM file.
        record Authorities(Path pem) implements Trust {}

        /// Any: for tests of a service whose certificate nobody signed.
        record Anybody() implements Trust {}
    }

    public ClientOptions {
        check(threads >= 1, "threads");
        check(connectionsMax >= threads, "a connection for each thread");
        check(connectTimeout.isPositive() && quietTimeout.isPositive() && idleTimeout.isPositive(), "timeouts");
    }

    /// What is used where nothing else is said.
    public static ClientOptions defaults() {
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 8);
        return new ClientOptions(
                threads,
                4096,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(55),
                new Trust.Installed());
    }

    public ClientOptions withThreads(int value) {
        return new ClientOptions(value, connectionsMax, connectTimeout, quietTimeout, idleTimeout, trust);
    }

    public ClientOptions withConnectionsMax(int value) {
        return new ClientOptions(Math.min(threads, value), value, connectTimeout, quietTimeout, idleTimeout, trust);
    }

    public ClientOptions withTimeouts(Duration connect, Duration quiet) {
        return new ClientOptions(threads, connectionsMax, connect, quiet, idleTimeout, trust);
    }

    public ClientOptions withTrust(Optional<Path> authorities, boolean insecure) {
        Trust chosen = insecure
                ? new Trust.Anybody()
                : authorities.<Trust>map(Trust.Authorities::new).orElseGet(Trust.Installed::new);
        return new ClientOptions(threads, connectionsMax, connectTimeout, quietTimeout, idleTimeout, chosen);
    }
}

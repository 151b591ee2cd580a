package io.flywheel.storage;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Transport.Limits;
import java.time.Duration;

/// How a client of a storage node waits.
///
/// @param limits what may be under way to the node
/// @param connectTimeout for a connection to come about
/// @param reconnectPause after a failed attempt, calls fail at once for so long
/// @param readTimeout for a read, its wait for room included
/// @param writeTimeout for a write until it is persistent, and for everything else
public record ClientOptions(
        Limits limits, Duration connectTimeout, Duration reconnectPause, Duration readTimeout, Duration writeTimeout) {
    public static final ClientOptions DEFAULT = new ClientOptions(
            Limits.DEFAULT,
            Duration.ofSeconds(2),
            Duration.ofMillis(200),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10));

    public ClientOptions {
        check(connectTimeout.isPositive(), "connectTimeout");
        check(!reconnectPause.isNegative(), "reconnectPause");
        check(readTimeout.isPositive() && writeTimeout.isPositive(), "timeouts");
    }
}

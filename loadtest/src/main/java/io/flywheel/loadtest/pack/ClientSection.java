package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.http.ClientOptions;
import io.flywheel.loadtest.runfile.Section;
import java.time.Duration;

/// What a pack's section says about connections.
final class ClientSection {
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofHours(1);

    private ClientSection() {}

    /// How long an execution of a pack's transaction may take.
    static Duration timeout(Section section) {
        return section.duration("timeout", SHORTEST, Duration.ofDays(30)).orElse(Duration.ofMinutes(10));
    }

    static ClientOptions read(Section section) {
        ClientOptions defaults = ClientOptions.defaults();
        int threads = section.number("threads", 1, 256)
                .orElse((long) defaults.threads())
                .intValue();
        int connections = section.number("connections", 1, 1_000_000)
                .orElse((long) defaults.connectionsMax())
                .intValue();
        Duration connect =
                section.duration("connect-timeout", SHORTEST, LONGEST).orElse(defaults.connectTimeout());
        Duration quiet = section.duration("quiet-timeout", SHORTEST, LONGEST).orElse(defaults.quietTimeout());
        boolean insecure = section.flag("insecure").orElse(false);
        return defaults.withThreads(Math.min(threads, connections))
                .withConnectionsMax(connections)
                .withTimeouts(connect, quiet)
                .withTrust(section.file("ca"), insecure);
    }
}

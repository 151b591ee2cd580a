package io.flywheel.server;

import io.flywheel.base.real.SecureRandomness;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// One run of the server, from the first look at the disk to the last line of the log.
final class ServerProcess {
    private static final Duration LOG_BOUND = Duration.ofSeconds(2);

    private ServerProcess() {}

    /// Serves until a signal comes.
    static void run(
            Configuration configuration,
            Optional<RootCredentials> given,
            Path directory,
            Map<String, String> environment,
            PrintWriter output) {
        var random = new SecureRandomness();
        try (var disk = DiskDirectory.open(directory, KnownDisks.of(environment), random)) {
            disk.folder("namespace");
            var kept = RootCredentials.read(disk.path());
            var credentials = given.or(() -> kept).orElseGet(() -> {
                var fresh = RootCredentials.generate(random);
                fresh.write(disk.path());
                return fresh;
            });
            throw StartRefused.failure("this build cannot serve yet: the frontend is not wired (" + credentials
                    + configuration.address() + ")");
        } finally {
            output.flush();
            LogLines.STANDARD_ERROR.close(LOG_BOUND);
        }
    }
}

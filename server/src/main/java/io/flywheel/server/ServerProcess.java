package io.flywheel.server;

import io.flywheel.base.real.SecureRandomness;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One run of the server, from the first look at the disk to the last line of the log.
final class ServerProcess {
    private static final Duration LOG_BOUND = Duration.ofSeconds(2);

    private ServerProcess() {}

    /// Serves until a signal comes.
    ///
    /// @param output gets the one line {@code ready URL}
    static void run(
            Configuration configuration,
            StartFlags flags,
            Optional<RootCredentials> given,
            List<Path> paths,
            Map<String, String> environment,
            PrintWriter output) {
        configuration.tls().ifPresent(TlsFiles::check);
        var stop = StopSignal.install();
        var random = new SecureRandomness();
        try (var directories = DiskDirectories.open(paths, KnownDisks.of(environment), random)) {
            var kept = given.isPresent() ? given : RootCredentials.read(directories.here());
            var credentials = kept.orElseGet(() -> RootCredentials.generate(random));
            if (given.isEmpty()) {
                credentials.write(directories.here());
            }
            var serving = Server.start(configuration, flags, credentials, directories, random);
            try {
                String scheme = configuration.tls().isPresent() ? "https://" : "http://";
                String endpoint = scheme + serving.address();
                if (kept.isEmpty()) {
                    show(credentials.profile(endpoint, configuration.region()), paths.getFirst());
                }
                output.println("ready " + endpoint);
                output.flush();
                if (environment.containsKey(Training.VARIABLE)) {
                    train(serving, configuration, credentials);
                } else {
                    stop.await();
                }
                // Balancers see it before the sockets close.
                serving.operations().ready(false);
                logger().info("stopping");
            } finally {
                serving.server().close();
            }
            logger().info("stopped");
        } finally {
            LogLines.STANDARD_ERROR.close(LOG_BOUND);
        }
    }

    private static void show(String profile, Path path) {
        System.err.println(
                "The root credentials of this new store, shown once here and again by './flywheel credentials " + path
                        + "':\n\n" + profile);
    }

    private static void train(Server.Serving serving, Configuration configuration, RootCredentials credentials) {
        try {
            int port = serving.http().address().getPort();
            new Training(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                            configuration.region(),
                            credentials)
                    .run();
        } catch (IOException e) {
            throw StartRefused.failure("the training run failed: " + e);
        }
    }

    /// Not a constant: nothing is logged before the command line is understood.
    private static Logger logger() {
        return LoggerFactory.getLogger(ServerProcess.class);
    }
}

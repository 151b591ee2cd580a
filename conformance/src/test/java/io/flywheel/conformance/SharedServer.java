package io.flywheel.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// One server for all tests that only need a server; each makes buckets of its own in it.
public final class SharedServer {

    private static final AtomicInteger BUCKETS = new AtomicInteger();

    private SharedServer() {}

    private static final class Holder {
        static final RunningServer SERVER = startUntilExit();
    }

    private static RunningServer startUntilExit() {
        try {
            Path directory = Files.createTempDirectory("flywheel-shared");
            RunningServer server = RunningServer.start(directory.resolve("disk"));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                server.kill();
                Trees.delete(directory);
            }));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where it serves; it is started at the first call. `-Dflywheel.endpoint=` names another store instead that knows
    /// the same root credentials, which shows what of these tests is S3 and what is ours.
    public static URI endpoint() {
        String other = System.getProperty("flywheel.endpoint");
        return other == null ? Holder.SERVER.endpoint() : URI.create(other);
    }

    /// A bucket name that nobody has used.
    public static String freshBucket() {
        return "bucket-" + ProcessHandle.current().pid() + "-" + BUCKETS.incrementAndGet();
    }
}

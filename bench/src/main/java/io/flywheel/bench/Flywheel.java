package io.flywheel.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Flywheel under measurement, started by its own script, so that it runs with the flags that its users get.
final class Flywheel implements AutoCloseable {
    private static final Signer SIGNER = new Signer("benchmark", "benchmark-secret-key-0123456789", "us-east-1");

    private final ServerProcess process;
    private final S3Requests requests;

    private Flywheel(ServerProcess process) {
        this.process = process;
        this.requests = new S3Requests(SIGNER, process.port());
    }

    /// Serves {@code data}; its log goes beside it, as to a file in production.
    static Flywheel start(Setting setting, Path data) throws IOException {
        var command = List.of(
                setting.home().resolve("flywheel").toString(), "server", "--address", "127.0.0.1:0", data.toString());
        Files.createDirectories(data.toAbsolutePath().getParent());
        return new Flywheel(ServerProcess.start(
                command,
                Map.of(
                        "FLYWHEEL_STATE_DIR", data.resolveSibling("state").toString(),
                        "FLYWHEEL_ROOT_ACCESS_KEY", SIGNER.accessKey(),
                        "FLYWHEEL_ROOT_SECRET_KEY", SIGNER.secretKey()),
                data.resolveSibling(data.getFileName() + ".log")));
    }

    ServerProcess process() {
        return process;
    }

    S3Requests requests() {
        return requests;
    }

    void createBucket(String bucket) throws Exception {
        requests.call("PUT", "/" + bucket, Map.of(), new byte[0]);
    }

    void enableVersioning(String bucket) throws Exception {
        var body = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                + "<Status>Enabled</Status></VersioningConfiguration>";
        requests.call("PUT", "/" + bucket, Map.of("versioning", ""), body.getBytes(UTF_8));
    }

    @Override
    public void close() throws IOException {
        process.close();
    }

    /// A folder for one benchmark; deleted with everything in it at the end.
    record Scratch(Path path) implements AutoCloseable {
        static Scratch in(Path parent) throws IOException {
            Files.createDirectories(parent);
            return new Scratch(Files.createTempDirectory(parent, "flywheel-bench-"));
        }

        @Override
        public void close() throws IOException {
            try (var files = Files.walk(path)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}

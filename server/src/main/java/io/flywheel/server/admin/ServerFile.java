package io.flywheel.server.admin;

import io.flywheel.server.SmallFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// How to reach the server that has a disk: {@code server.json} beside {@code disk.json}, readable by its owner alone,
/// there while the server runs. A server that was killed leaves it behind.
///
/// ```json
/// {"endpoint": "http://127.0.0.1:9000", "region": "us-east-1", "store": "32 hex digits", "pid": 4711,
///  "certificate": "/etc/flywheel/chain.pem"}
/// ```
///
/// @param endpoint where this host reaches it
/// @param region that requests are signed for
/// @param store the fleet that it serves
/// @param pid of its process
/// @param certificate the file with the certificate that it shows; empty without TLS
public record ServerFile(String endpoint, String region, String store, long pid, Optional<Path> certificate) {
    private static final String NAME = "server.json";
    private static final int BYTES_MAX = 16 << 10;

    /// Writes it into the folder that is a disk.
    public void write(Path disk) throws IOException {
        var json = new Json()
                .with("endpoint", endpoint)
                .with("region", region)
                .with("store", store)
                .with("pid", pid)
                .with("certificate", certificate.map(Path::toString));
        SmallFile.write(disk.resolve(NAME), json + "\n");
    }

    /// Reads that of a disk; empty when there is none, or none that can be read.
    public static Optional<ServerFile> read(Path disk) {
        Path file = disk.resolve(NAME);
        try {
            if (Files.size(file) > BYTES_MAX) {
                return Optional.empty();
            }
            var json = Json.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
            return Optional.of(new ServerFile(
                    json.text("endpoint"),
                    json.text("region"),
                    json.text("store"),
                    json.number("pid"),
                    Optional.of(json.text("certificate"))
                            .filter(text -> !text.isEmpty())
                            .map(Path::of)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// Removes it. Nothing happens when it is gone, or its disk is.
    public static void remove(Path disk) {
        try {
            Files.deleteIfExists(disk.resolve(NAME));
        } catch (IOException e) {
            // The disk is gone or read-only: the process that the file names is gone as well, which tells enough.
        }
    }
}

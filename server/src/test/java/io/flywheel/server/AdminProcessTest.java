package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.server.admin.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands for operators against a running server, each a process of its own.
final class AdminProcessTest {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path folder = Path.of("");

    private Path data = Path.of("");

    @BeforeEach
    void begin() {
        data = folder.resolve("the data");
    }

    private ServerChild serve(Path disk) {
        return start(Map.of(), "server", "--address", "127.0.0.1:0", disk.toString());
    }

    private ServerChild start(Map<String, String> environment, String... arguments) {
        return ServerChild.start(folder, environment, List.of(arguments));
    }

    /// What a command says on standard output.
    private String run(int exitCode, String... arguments) {
        try (var child = start(Map.of("HOME", folder.toString()), arguments)) {
            assertThat(child.exitCode()).as(child.error() + child.output()).isEqualTo(exitCode);
            return child.output();
        }
    }

    /// What it says on standard error.
    private String complaint(int exitCode, Map<String, String> environment, String... arguments) {
        try (var child = start(environment, arguments)) {
            assertThat(child.exitCode()).as(child.error() + child.output()).isEqualTo(exitCode);
            return child.error();
        }
    }

    private void put(String endpoint, String path, int bytes) {
        var credentials = RootCredentials.read(data).orElseThrow();
        String signed = PresignedPath.of(
                "PUT", URI.create(endpoint).getAuthority(), path, credentials, "us-east-1", Instant.now());
        try {
            var answer = HTTP.send(
                    HttpRequest.newBuilder(URI.create(endpoint + signed))
                            .PUT(HttpRequest.BodyPublishers.ofByteArray(new byte[bytes]))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldFindTheOnlyServerAndTellHowItIs() throws IOException {
        try (var server = serve(data)) {
            String endpoint = server.endpoint();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("server.json"))))
                    .isEqualTo("rw-------");
            assertThat(run(0, "status")).startsWith("healthy\n").contains(data.toString(), "copies(1)");
            var status = Json.parse(run(0, "status", "--json", data.toString()));
            assertThat(status.text("fleet")).isEqualTo(DiskIdentity.read(data).store());
            put(endpoint, "/bucket", 0);
            put(endpoint, "/bucket/a%20key", 100_000);
            assertThat(run(0, "explain", "s3://bucket/a key", "--verify"))
                    .contains("s3://bucket/a key", "100.0 kB", "present", data.toString());
            var explained = Json.parse(run(0, "explain", "--json", "s3://bucket/a key", data.toString()));
            assertThat(explained.objects("blocks")).hasSize(1);
            assertThat(complaint(1, Map.of(), "explain", "s3://bucket/other"))
                    .contains("there is no object s3://bucket/other");
            assertThat(run(0, "status", "--server", data.toString())).startsWith("healthy\n");
            server.terminate();
            assertThat(server.exitCode()).as(server.error()).isZero();
        }
        assertThat(data.resolve("server.json")).doesNotExist();
        assertThat(run(5, "status", data.toString()))
                .contains(
                        data.toString(),
                        "of the store " + DiskIdentity.read(data).store());
        assertThat(complaint(5, Map.of(), "status")).contains("no server of this user is running here");
    }

    @Test
    void shouldAskAServerByItsAddressWithCredentialsOnly() {
        try (var server = serve(data)) {
            String endpoint = server.endpoint();
            var root = RootCredentials.read(data).orElseThrow();
            assertThat(complaint(3, Map.of("HOME", folder.toString()), "status", endpoint))
                    .contains("no credentials");
            var keys = Map.of("AWS_ACCESS_KEY_ID", root.accessKey(), "AWS_SECRET_ACCESS_KEY", root.secretKey());
            assertThat(complaint(0, keys, "status", endpoint)).isEmpty();
            var wrong = Map.of("AWS_ACCESS_KEY_ID", root.accessKey(), "AWS_SECRET_ACCESS_KEY", "wrong");
            assertThat(complaint(1, wrong, "status", endpoint)).contains("does not let you", "SignatureDoesNotMatch");
            assertThat(complaint(1, keys, "status", "--region", "eu-north-1", endpoint))
                    .contains("expecting 'us-east-1'");
        }
    }

    @Test
    void shouldAskOverTlsWhomTheCertificatesOfAFileVouchFor() throws Exception {
        var certificate = Certificate.make(folder, "server");
        try (var server = start(
                Map.of(),
                "server",
                "--address",
                "127.0.0.1:0",
                "--tls-cert",
                certificate.cert().toString(),
                "--tls-key",
                certificate.key().toString(),
                data.toString())) {
            String endpoint = server.endpoint();
            assertThat(endpoint).startsWith("https://");
            var root = RootCredentials.read(data).orElseThrow();
            var keys = Map.of("AWS_ACCESS_KEY_ID", root.accessKey(), "AWS_SECRET_ACCESS_KEY", root.secretKey());
            String ca = certificate.cert().toString();
            assertThat(complaint(0, keys, "status", endpoint, "--ca", ca)).isEmpty();
            assertThat(complaint(0, keys, "scrub", "now", "--server", endpoint, "--ca", ca))
                    .isEmpty();
            assertThat(complaint(1, keys, "status", endpoint)).contains("cannot be asked");
            String other = Certificate.make(folder, "other").cert().toString();
            assertThat(complaint(1, keys, "status", endpoint, "--ca", other)).contains("cannot be asked");
            assertThat(complaint(3, keys, "status", endpoint, "--ca", data.toString()))
                    .contains("cannot be used");
            assertThat(run(0, "status", data.toString()))
                    .as("the file beside the disk says whom to trust")
                    .startsWith("healthy\n");
        }
    }

    @Test
    void shouldNotGuessBetweenTwoServersNorTrustTheFileOfOneThatWasKilled() {
        Path other = folder.resolve("other");
        try (var first = serve(data)) {
            first.endpoint();
            try (var second = serve(other)) {
                second.endpoint();
                assertThat(complaint(1, Map.of(), "status"))
                        .contains("several servers are running", data.toString(), other.toString());
                assertThat(run(0, "status", other.toString())).contains(other.toString());
            }
            // That one was killed, and its file is still there.
            assertThat(other.resolve("server.json")).exists();
            assertThat(run(0, "status")).contains(data.toString());
            assertThat(complaint(5, Map.of(), "status", "--server", other.toString()))
                    .contains("no server is running that has the disk");
        }
    }
}

package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// The server as scripts and operators meet it: a process with arguments, exit codes, two streams and signals.
final class ServerProcessTest {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path folder = Path.of("");

    private Path data = Path.of("");

    @BeforeEach
    void begin() {
        data = folder.resolve("the data");
    }

    private ServerChild start(String... arguments) {
        return start(Map.of(), arguments);
    }

    private ServerChild start(Map<String, String> environment, String... arguments) {
        return ServerChild.start(folder, environment, List.of(arguments));
    }

    private ServerChild serve() {
        return start("server", "--address", "127.0.0.1:0", data.toString());
    }

    private static HttpResponse<String> ask(String url, String... headers) {
        try {
            var request = HttpRequest.newBuilder(URI.create(url));
            if (headers.length > 0) {
                request.headers(headers);
            }
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void shouldRefuse(int code, String part, ServerChild child) {
        try (child) {
            assertThat(child.exitCode()).as(child.error()).isEqualTo(code);
            assertThat(child.error()).contains(part);
            assertThat(child.output()).isEmpty();
        }
    }

    @Test
    void shouldSayOneLineWhenItServesAndEndWith0OnSigterm() {
        try (var server = serve()) {
            String endpoint = server.endpoint();
            assertThat(endpoint).matches("http://127\\.0\\.0\\.1:[1-9][0-9]*");
            assertThat(ask(endpoint + "/-/health/live").statusCode()).isEqualTo(200);
            assertThat(ask(endpoint + "/-/health/ready").body()).isEqualTo("ready\n");
            var unsigned = ask(endpoint + "/");
            assertThat(unsigned.statusCode()).isEqualTo(403);
            assertThat(unsigned.body()).contains("<Code>AccessDenied</Code>");
            server.terminate();
            assertThat(server.exitCode()).as(server.error()).isZero();
            assertThat(server.output()).isEqualTo("ready " + endpoint + "\n");
        }
    }

    @Test
    void shouldLogOneLineARequestWithTheIdThatTheClientGets() {
        try (var server = serve()) {
            var answer = ask(server.endpoint() + "/bucket/a%20key?X-Amz-Signature=abcd&x=y");
            String id = answer.headers().firstValue("x-amz-request-id").orElseThrow();
            server.terminate();
            assertThat(server.exitCode()).isZero();
            var lines = server.error().lines().filter(line -> line.contains(id)).toList();
            assertThat(lines).hasSize(1);
            var line = new JsonMapper().readTree(lines.getFirst());
            assertThat(line.get("request_id").asString()).isEqualTo(id);
            assertThat(line.get("method").asString()).isEqualTo("GET");
            assertThat(line.get("path").asString()).isEqualTo("/bucket/a%20key");
            assertThat(line.get("query").asString()).isEqualTo("X-Amz-Signature=...&x=y");
            assertThat(line.get("status").asInt()).isEqualTo(answer.statusCode());
            assertThat(line.has("duration_us")).isTrue();
            assertThat(line.get("remote").asString()).startsWith("127.0.0.1:");
        }
    }

    @Test
    void shouldGenerateCredentialsOnceAndShowThemAgainToTheOwner() throws IOException {
        String shown;
        try (var server = serve()) {
            String endpoint = server.endpoint();
            shown = server.error();
            assertThat(shown)
                    .contains("aws_access_key_id = ", "aws_secret_access_key = ", "endpoint_url = " + endpoint);
            server.terminate();
            assertThat(server.exitCode()).isZero();
        }
        Path file = data.resolve("namespace/credentials");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        var kept = RootCredentials.read(data).orElseThrow();
        assertThat(shown).contains(kept.accessKey(), kept.secretKey());
        try (var server = serve()) {
            server.endpoint();
            assertThat(server.error()).doesNotContain(kept.secretKey());
            server.interrupt();
            assertThat(server.exitCode()).isZero();
        }
        try (var credentials = start("credentials", data.toString())) {
            assertThat(credentials.exitCode()).isZero();
            assertThat(credentials.output()).contains(kept.accessKey(), kept.secretKey());
        }
        shouldRefuse(
                1,
                "no generated credentials",
                start("credentials", folder.resolve("none").toString()));
    }

    @Test
    void shouldTakeCredentialsFromTheEnvironmentAndNotKeepThem() {
        var environment = Map.of("FLYWHEEL_ROOT_ACCESS_KEY", "key", "FLYWHEEL_ROOT_SECRET_KEY", "secret-of-the-test");
        try (var server = start(environment, "server", "--address", "127.0.0.1:0", data.toString())) {
            server.endpoint();
            server.terminate();
            assertThat(server.exitCode()).isZero();
            assertThat(server.error()).doesNotContain("secret-of-the-test");
            assertThat(RootCredentials.read(data)).isEmpty();
        }
    }

    @Test
    void shouldRefuseAWrongConfigurationBeforeItTouchesData() throws IOException {
        String address = "127.0.0.1:0";
        Path file = folder.resolve("flywheel.conf");
        Files.writeString(file, "limits.conections = 5\n");
        shouldRefuse(
                3,
                "flywheel.conf:1: unknown key 'limits.conections'. Did you mean 'limits.connections'?",
                start("server", "--address", address, "--config", file.toString(), data.toString()));
        shouldRefuse(
                3,
                "FLYWHEEL_ROOT_SECRET_KEY is not set",
                start(Map.of("FLYWHEEL_ROOT_ACCESS_KEY", "key"), "server", "--address", address, data.toString()));
        shouldRefuse(
                3,
                "nowhere.pem",
                start("server", "--tls-cert", "nowhere.pem", "--tls-key", "nowhere.pem", data.toString()));
        shouldRefuse(2, "Did you mean '--region'?", start("server", "--regoin", "x", data.toString()));
        assertThat(data).doesNotExist();
    }

    @Test
    void shouldReportADiskThatIsAbsentOrForeignOrInUse() throws IOException {
        try (var server = serve()) {
            server.endpoint();
            shouldRefuse(4, "in use by another server", serve());
            server.terminate();
            assertThat(server.exitCode()).isZero();
        }
        Path aside = folder.resolve("aside");
        Files.move(data, aside);
        shouldRefuse(1, "is absent", serve());
        Files.createDirectory(data);
        shouldRefuse(1, "is absent", serve());
        assertThat(data).isEmptyDirectory();
        Files.writeString(data.resolve("other"), "data");
        shouldRefuse(3, "other", serve());
        try (var forget = start("forget", data.toString())) {
            assertThat(forget.exitCode()).isZero();
        }
        Files.delete(data.resolve("other"));
        try (var server = serve()) {
            assertThat(server.endpoint()).startsWith("http://");
        }
    }

    @Test
    void shouldFailWhenThePortIsTaken() {
        try (var server = serve()) {
            String address = server.endpoint().substring("http://".length());
            shouldRefuse(
                    1,
                    address,
                    start(
                            "server",
                            "--address",
                            address,
                            folder.resolve("other").toString()));
        }
    }

    @Test
    void shouldShowMetricsOnLoopbackAndElsewhereForATokenOnly() throws IOException {
        Path file = folder.resolve("flywheel.conf");
        Files.writeString(file, "metrics.token = open-sesame\n");
        try (var server = start("server", "--address", "0.0.0.0:0", "--config", file.toString(), data.toString())) {
            String port = server.endpoint().replaceAll(".*:", "");
            String local = "http://127.0.0.1:" + port + "/-/metrics";
            ask("http://127.0.0.1:" + port + "/some-bucket");
            assertThat(ask(local).body())
                    .contains("flywheel_requests_total{operation=\"ListObjects\",status=\"403\"} 1.0")
                    .contains("flywheel_request_duration_seconds_bucket")
                    .contains("flywheel_disk_free_bytes", "flywheel_namespace_position", "flywheel_connections")
                    .contains("flywheel_disk_damages 0.0");
            assertThat(ask(local, "x-forwarded-for", "192.0.2.1").statusCode()).isEqualTo(403);
            var elsewhere = address();
            assumeThat(elsewhere).as("an address that is not loopback").isPresent();
            String remote = "http://" + elsewhere.orElseThrow() + ":" + port + "/-/metrics";
            assertThat(ask(remote).statusCode()).isEqualTo(403);
            assertThat(ask(remote, "authorization", "Bearer wrong").statusCode())
                    .isEqualTo(403);
            assertThat(ask(remote, "authorization", "Bearer open-sesame").statusCode())
                    .isEqualTo(200);
        }
    }

    private static Optional<String> address() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .map(java.net.InetAddress::getHostAddress)
                .findFirst();
    }

    @Test
    void shouldReserveItsPathsOnlyWhereTheHostNamesNoBucket() throws IOException {
        try (var server = start("server", "--address", "127.0.0.1:0", "--domain", "s3.test", data.toString())) {
            var endpoint = URI.create(server.endpoint());
            assertThat(raw(endpoint, "GET /-/health/live HTTP/1.1\r\nHost: s3.test\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(raw(
                            endpoint,
                            "GET /-/health/live HTTP/1.1\r\nHost: bucket.s3.test\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 403 ")
                    .contains("AccessDenied");
            assertThat(ask(endpoint + "/-/nothing").statusCode()).isEqualTo(404);
        }
    }

    private static String raw(URI endpoint, String request) throws IOException {
        try (var socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void shouldServeHttpsWithACertificate() throws Exception {
        var certificate = Certificate.make(folder, "server");
        try (var server = start(
                "server",
                "--address",
                "127.0.0.1:0",
                "--tls-cert",
                certificate.cert().toString(),
                "--tls-key",
                certificate.key().toString(),
                data.toString())) {
            assertThat(server.endpoint()).startsWith("https://127.0.0.1:");
            var client = new ProcessBuilder(
                            "curl",
                            "-sS",
                            "--cacert",
                            certificate.cert().toString(),
                            "--connect-to",
                            "localhost:443:" + server.endpoint().substring("https://".length()),
                            "https://localhost/-/health/live")
                    .redirectErrorStream(true)
                    .start();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("live\n");
            server.terminate();
            assertThat(server.exitCode()).isZero();
        }
    }
}

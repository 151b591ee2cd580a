package io.flywheel.conformance.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.S3Clients;
import io.flywheel.conformance.SharedServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The pack `s3` against the store. Takes about 20 s.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class LoadtestTest {
    private static final Path EXAMPLE = Path.of("..", "docs", "examples", "s3.conf");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path folder;

    private record Ended(int exit, String output) {}

    private Ended loadtest(URI target, String... arguments) throws IOException, InterruptedException {
        var program = new LoadtestProgram(
                folder.resolve("output"),
                Map.of(
                        "AWS_ACCESS_KEY_ID", RunningServer.ACCESS_KEY,
                        "AWS_SECRET_ACCESS_KEY", RunningServer.SECRET_KEY,
                        "LOADTEST_TARGET", target.toString()));
        return new Ended(program.run(arguments), program.said());
    }

    /// No limit on the generator: the machine may do other things too.
    private String file(String rest) throws IOException {
        String everything = rest + "generator { lag = 1h, pause = 1h, pauses = 100%, cpu = 100% }\n";
        return Files.writeString(folder.resolve("run.conf"), everything).toString();
    }

    private String small(String rest) throws IOException {
        return file("target = ${LOADTEST_TARGET}, pack = s3, load { rate = 20/s, duration = 2s }\n" + rest);
    }

    @Test
    void shouldRunTheExampleWithoutAnError() throws Exception {
        String file = file("include file(\"%s\")\nthresholds.s3.get.p99 = 1m\n".formatted(EXAMPLE.toRealPath()));
        Ended run = loadtest(SharedServer.endpoint(), "run", "--plain", file);
        assertThat(run.output()).contains("\nPASS").doesNotContain("problem");
        assertThat(run.exit()).isZero();
    }

    @Test
    void shouldFindAByteThatIsFlippedOnTheWay() throws Exception {
        String file = small("""
            s3 { objects = 20, size = 200KiB }
            blend { s3.get = 1 }
            thresholds { all { errors = 100% } }
            """);
        try (var proxy = new FlippingProxy(SharedServer.endpoint())) {
            Ended run = loadtest(proxy.endpoint(), "run", "--plain", file);
            assertThat(proxy.hasFlipped()).isTrue();
            assertThat(run.output())
                    .containsPattern(
                            "1 {2}wrong content\n.*bucket loadtest-[a-z0-9]+, key loadtest/prepared/0{10}[0-9]{2}:"
                                    + " a wrong byte at offset [0-9]+ \\(request [0-9A-F]+\\)")
                    .contains("\nFAIL\n  because wrong content was read 1 times");
            assertThat(run.exit()).isEqualTo(1);
        }
    }

    /// In a bucket that is not its own a run deletes what it wrote, and nothing else.
    @Test
    void shouldLeaveWhatOthersHaveInTheBucket() throws Exception {
        String bucket = SharedServer.freshBucket();
        List<String> others = List.of(
                "loadtest/mine", "loadtest/prepared/000000000003.bak", "loadtest/prepared/000000000010", "other");
        try (var client = S3Clients.sync(SharedServer.endpoint())) {
            client.createBucket(request -> request.bucket(bucket));
            for (String key : others) {
                client.putObject(
                        request -> request.bucket(bucket).key(key),
                        software.amazon.awssdk.core.sync.RequestBody.fromString(key));
            }
            String upload = client.createMultipartUpload(
                            request -> request.bucket(bucket).key("loadtest/mine"))
                    .uploadId();
            Ended run = loadtest(
                    SharedServer.endpoint(),
                    "test",
                    small("s3 { bucket = %s, objects = 10, versioning = true }\n".formatted(bucket)));
            assertThat(run.output()).doesNotContain("FAILED", "problem");
            assertThat(run.exit()).isZero();
            assertThat(client.listObjectVersions(request -> request.bucket(bucket))
                            .versions())
                    .extracting("key")
                    .isEqualTo(others);
            assertThat(client.listMultipartUploads(request -> request.bucket(bucket))
                            .uploads())
                    .extracting("uploadId")
                    .containsExactly(upload);
        }
    }

    /// Everything once over TLS, with a certificate that only the run file's authority vouches for.
    @Test
    void shouldDoEveryTransactionOnceOverTls() throws Exception {
        Path certificate = folder.resolve("cert.pem");
        Path key = folder.resolve("key.pem");
        certify(certificate, key);
        var options = new RunningServer.Options(
                List.of(), List.of(), List.of("--tls-cert", certificate.toString(), "--tls-key", key.toString()));
        try (var server = RunningServer.start(folder.resolve("disk"), options)) {
            String section = "s3 { objects = 50, list-keys = 7, versioning = true, size = \"uniform 0 200KiB\"%s }\n";
            Ended trusted = loadtest(server.endpoint(), "test", small(section.formatted(", ca = cert.pem")));
            assertThat(trusted.output()).doesNotContain("FAILED", "problem").contains("passed  multipart-copy");
            assertThat(trusted.exit()).isZero();
            Ended untrusted = loadtest(server.endpoint(), "test", small(section.formatted("")));
            assertThat(untrusted.exit()).isEqualTo(2);
            assertThat(untrusted.output()).contains("the run cannot be set up: ");
        }
    }

    private static void certify(Path certificate, Path key) throws IOException, InterruptedException {
        var openssl = new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=localhost",
                        "-addext",
                        "subjectAltName=IP:127.0.0.1",
                        "-keyout",
                        key.toString(),
                        "-out",
                        certificate.toString())
                .redirectErrorStream(true)
                .start();
        byte[] said = openssl.getInputStream().readAllBytes();
        assertThat(openssl.waitFor())
                .as(new String(said, StandardCharsets.UTF_8))
                .isZero();
    }
}

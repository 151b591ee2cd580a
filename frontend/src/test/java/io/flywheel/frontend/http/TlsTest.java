package io.flywheel.frontend.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TlsTest {
    @TempDir
    private Path folder = Path.of(".");

    /// A certificate for localhost, made by the JDK's own tool.
    private HttpOptions.Tls certificate() throws Exception {
        Path store = folder.resolve("store.p12");
        String arguments = "-genkeypair -alias a -keyalg EC -groupname secp256r1 -storetype PKCS12 -storepass secret"
                + " -dname CN=localhost -ext san=dns:localhost,ip:127.0.0.1 -keystore store.p12";
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments.split(" ", -1)));
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            keys.load(in, "secret".toCharArray());
        }
        Path certificate = folder.resolve("cert.pem");
        Path key = folder.resolve("key.pem");
        Files.writeString(
                certificate, pem("CERTIFICATE", keys.getCertificate("a").getEncoded()));
        Files.writeString(
                key, pem("PRIVATE KEY", keys.getKey("a", "secret".toCharArray()).getEncoded()));
        return new HttpOptions.Tls(certificate, key);
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what + "-----\n";
    }

    @Test
    void shouldServeOverTls() throws Exception {
        var files = certificate();
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (var in = Files.newInputStream(files.certificate())) {
            trusted.setCertificateEntry(
                    "a", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (var server = new TestServer(TestServer.options().withTls(files), TestServer::echo);
                var client = HttpClient.newBuilder()
                        .sslContext(context)
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
            String base = "https://localhost:" + server.server().address().getPort();
            var streamed =
                    HttpRequest.newBuilder(URI.create(base + "/stream/3000000")).build();
            assertThat(client.send(streamed, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .hasSize(3_000_000);
            var put = HttpRequest.newBuilder(URI.create(base + "/p"))
                    .expectContinue(true)
                    .PUT(HttpRequest.BodyPublishers.ofString("x".repeat(2_000_000)))
                    .build();
            assertThat(client.send(put, HttpResponse.BodyHandlers.ofString()).body())
                    .isEqualTo("2000000 bytes");
        }
    }

    @Test
    void shouldSayWhichCertificateItCannotUse() {
        var files = new HttpOptions.Tls(folder.resolve("no.pem"), folder.resolve("no.key"));
        var start = HttpServer.start(
                TestServer.options().withTls(files), exchange -> {}, ErrorRenderer.plain(), AccessLog.NONE);
        assertThat(start)
                .isInstanceOfSatisfying(
                        HttpServer.Start.Failed.class,
                        failed -> assertThat(failed.reason()).contains("no.pem"));
    }
}

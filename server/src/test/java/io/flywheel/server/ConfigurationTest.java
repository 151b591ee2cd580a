package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.erasure.Scheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigurationTest {
    @TempDir
    Path folder = Path.of("");

    private Configuration read(String text) throws IOException {
        Path file = folder.resolve("flywheel.conf");
        Files.writeString(file, text);
        return Configuration.of(Optional.of(file), Map.of());
    }

    private void shouldRefuse(String text, String... parts) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOfSatisfying(
                        StartRefused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ExitCode.CONFIGURATION))
                .message()
                .contains(parts);
    }

    @Test
    void shouldWorkWithoutAFile() {
        var configuration = Configuration.of(Optional.empty(), Map.of());
        assertThat(configuration.address()).isEqualTo(new ListenAddress("127.0.0.1", 9000));
        assertThat(configuration.region()).isEqualTo("us-east-1");
        assertThat(configuration.domains()).isEmpty();
        assertThat(configuration.tls()).isEmpty();
        assertThat(configuration.uploadsExpire()).isEqualTo(Duration.ofDays(7));
        assertThat(configuration.metricsToken()).isEmpty();
    }

    @Test
    void shouldReadEveryKeyWithUnits() throws IOException {
        var configuration = read("""
            address = "[::1]:0"
            region = eu-west-1
            domains = [ S3.example.com ]
            tls { cert = /c.pem, key = /k.pem }
            uploads.expire = 12 hours
            metrics.token = secret
            disk { watermark = "5.5%", reclaim-rate = 10 MiB }
            storage-classes { STANDARD = "rs(4,2)" }
            repair { grace = 5 s, rate = 8 MiB }
            audit { grace = 1 s, period = 10 s }
            scrub.period = 60 s
            limits { connections = 7, in-flight = 32 MiB, headers = 8 KiB, upload-rate = 0, idle = 10 s }
            shutdown.grace = 5s
            """);
        assertThat(configuration)
                .isEqualTo(new Configuration(
                        new ListenAddress("::1", 0),
                        "eu-west-1",
                        java.util.List.of("s3.example.com"),
                        Optional.of(new Configuration.Tls(Path.of("/c.pem"), Path.of("/k.pem"))),
                        Duration.ofHours(12),
                        Optional.of("secret"),
                        0.055,
                        10L << 20,
                        Map.of("STANDARD", new Scheme.Rs(4, 2)),
                        Duration.ofSeconds(5),
                        8L << 20,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(1),
                        7,
                        32L << 20,
                        8 << 10,
                        0,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(5)));
    }

    @Test
    void shouldLetTheCommandLineOverrideTheFile() throws IOException {
        Path file = folder.resolve("flywheel.conf");
        Files.writeString(file, "region = eu-west-1\naddress = \"127.0.0.1:1\"");
        var configuration = Configuration.of(Optional.of(file), Map.of(ConfigurationKey.ADDRESS, "127.0.0.1:2"));
        assertThat(configuration.address().port()).isEqualTo(2);
        assertThat(configuration.region()).isEqualTo("eu-west-1");
    }

    @Test
    void shouldRefuseAnUnknownKeyNamingPlaceKeyAndTheNearest() {
        shouldRefuse(
                "region = a\n\nlimits.conections = 5", "flywheel.conf:3", "'limits.conections'", "limits.connections");
        shouldRefuse("limit { connections = 5 }", "flywheel.conf:1", "'limit.connections'", "'limits.connections'");
        shouldRefuse("adress = x", "flywheel.conf:1", "'adress'", "'address'");
    }

    @Test
    void shouldRefuseAValueNamingPlaceAndKey() {
        shouldRefuse("\naddress = nowhere", "flywheel.conf:2", "address", "HOST:PORT");
        shouldRefuse("address = \"a:70000\"", "address", "65535");
        shouldRefuse("region = \"EU West\"", "region");
        shouldRefuse("domains = [ \"-a-\" ]", "domains", "-a-");
        shouldRefuse("limits.connections = 0", "limits.connections");
        shouldRefuse("storage-classes.STANDRAD = \"rs(4,2)\"", "storage-classes.STANDRAD", "'STANDARD'");
        shouldRefuse("storage-classes.STANDARD = \"rs(40,2)\"", "storage-classes.STANDARD");
        shouldRefuse("limits.in-flight = lots", "limits.in-flight");
        shouldRefuse("uploads.expire = never", "uploads.expire");
        shouldRefuse("disk.watermark = 5", "disk.watermark");
        shouldRefuse("tls.cert = a.pem", "tls.key");
        shouldRefuse("region = [a]", "flywheel.conf: 1", "region");
        shouldRefuse("region = {", "flywheel.conf");
    }

    @Test
    void shouldRefuseAFileThatIsNotThere() {
        assertThatThrownBy(() -> Configuration.of(Optional.of(folder.resolve("none.conf")), Map.of()))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("none.conf");
    }

    @Test
    void shouldDocumentEveryKeyWithItsDefault() throws IOException {
        String text = Files.readString(Path.of("..", "docs", "configuration.md"));
        for (var key : ConfigurationKey.values()) {
            String standard = key.standard().isEmpty() ? "none" : "`" + key.standard() + "`";
            assertThat(text).contains("| `" + key.path() + "` | " + standard + " |");
        }
    }
}

package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// What needs no disk, in this process.
final class CommandLineTest {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream error = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Main.run(
                arguments,
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(error, true, StandardCharsets.UTF_8));
    }

    private void shouldRefuse(String part, String... arguments) {
        error.reset();
        assertThat(run(arguments)).isEqualTo(2);
        assertThat(error.toString(StandardCharsets.UTF_8)).contains(part).contains("--help");
        assertThat(output.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void shouldSayWhatItIsAndHowItIsUsed() {
        assertThat(run("--version")).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8))
                .startsWith("flywheel ")
                .doesNotContain("${");
        output.reset();
        assertThat(run("--help")).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8))
                .contains(
                        "server",
                        "credentials",
                        "forget",
                        "durability",
                        "bench",
                        "status",
                        "explain",
                        "disk",
                        "scrub",
                        "Exit codes");
        output.reset();
        assertThat(run("server", "--help")).isZero();
        assertThat(output.toString(StandardCharsets.UTF_8))
                .contains("--address", "--region", "--domain", "--tls-cert", "--tls-key", "--config", "DIR");
    }

    @Test
    void shouldSuggestWhatAMisspeltWordMeant() {
        shouldRefuse("unknown command 'srver'. Did you mean 'server'?", "srver", "d");
        shouldRefuse("unknown option '--adress'. Did you mean '--address'?", "server", "--adress", "x:1", "d");
        shouldRefuse("unknown option '--tls-crt'. Did you mean '--tls-cert'?", "server", "--tls-crt=x", "d");
        shouldRefuse("unknown option '--frobnicate'.", "server", "--frobnicate", "d");
        shouldRefuse("unknown command 'stauts'. Did you mean 'status'?", "stauts");
        shouldRefuse("unknown command 'drian'. Did you mean 'drain'?", "disk", "drian", "d");
        shouldRefuse("unknown option '--dryrun'. Did you mean '--dry-run'?", "disk", "add", "--dryrun", "d");
        shouldRefuse("unknown option '--verfy'. Did you mean '--verify'?", "explain", "--verfy", "s3://b/k");
    }

    @Test
    void shouldRefuseAWrongUse() {
        shouldRefuse("no command");
        shouldRefuse("DIR", "server");
        shouldRefuse("--slow-disk", "server", "--slow-disk", "b=50", "a");
        shouldRefuse("--slow-disk", "server", "--slow-disk", "a=0", "a");
        shouldRefuse("do not go together", "server", "--slow-disk", "a=2", "--faults", "f", "a");
        shouldRefuse("HOST:PORT", "server", "--address", "9000", "d");
        shouldRefuse("65535", "server", "--address", "localhost:65536", "d");
        shouldRefuse("region", "server", "--region", "Moon base", "d");
        shouldRefuse("domain", "server", "--domain", "not a domain", "d");
        shouldRefuse("go together", "server", "--tls-cert", "c.pem", "d");
        shouldRefuse("--address", "server", "--address");
        shouldRefuse("DIR", "credentials");
        shouldRefuse("DIR", "forget");
        shouldRefuse("add, drain, remove, replace or restore", "disk");
        shouldRefuse("now", "scrub");
        shouldRefuse("NEWDIR", "disk", "add");
        shouldRefuse("NEWDIR", "disk", "replace", "d");
        shouldRefuse("do not go together", "disk", "drain", "--cancel", "--wait", "d");
        shouldRefuse("s3://BUCKET/KEY is wanted", "explain", "s3://bucket");
        shouldRefuse("1 to 86400", "status", "--watch=0");
    }
}

package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.real.SecureRandomness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RootCredentialsTest {
    private static final String ACCESS = RootCredentials.ACCESS_KEY_VARIABLE;
    private static final String SECRET = RootCredentials.SECRET_KEY_VARIABLE;

    @TempDir
    Path folder = Path.of("");

    @Test
    void shouldComeFromTheEnvironmentBothOrNeither() {
        assertThat(RootCredentials.of(Map.of())).isEmpty();
        assertThat(RootCredentials.of(Map.of(ACCESS, "key", SECRET, "secret")))
                .contains(new RootCredentials("key", "secret"));
        shouldRefuse(Map.of(ACCESS, "key"), SECRET + " is not set");
        shouldRefuse(Map.of(SECRET, "secret"), ACCESS + " is not set");
        shouldRefuse(Map.of(ACCESS, "a/b", SECRET, "secret"), "access key");
        shouldRefuse(Map.of(ACCESS, "key", SECRET, "with space"), "secret key");
    }

    private static void shouldRefuse(Map<String, String> environment, String part) {
        assertThatThrownBy(() -> RootCredentials.of(environment))
                .isInstanceOfSatisfying(
                        StartRefused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ExitCode.CONFIGURATION))
                .hasMessageContaining(part);
    }

    @Test
    void shouldBeKeptForTheOwnerAlone() throws IOException {
        Files.createDirectory(folder.resolve("namespace"));
        assertThat(RootCredentials.read(folder)).isEmpty();
        var generated = RootCredentials.generate(new SecureRandomness());
        generated.write(folder);
        assertThat(generated.accessKey()).hasSize(20);
        assertThat(generated.secretKey()).hasSize(40);
        assertThat(RootCredentials.read(folder)).contains(generated);
        var permissions = Files.getPosixFilePermissions(folder.resolve("namespace/credentials"));
        assertThat(PosixFilePermissions.toString(permissions)).isEqualTo("rw-------");
    }

    @Test
    void shouldNotPrintTheSecretByAccident() {
        assertThat(new RootCredentials("key", "secret").toString()).doesNotContain("secret");
    }
}

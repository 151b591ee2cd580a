package io.flywheel.server.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.server.RootCredentials;
import io.flywheel.server.StartRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProfilesTest {
    @TempDir
    Path home = Path.of("");

    private Profiles profiles(Map<String, String> more) {
        var environment = new HashMap<>(more);
        environment.put("HOME", home.toString());
        return new Profiles(environment);
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(home.resolve(".aws"));
        Files.writeString(home.resolve(".aws").resolve(name), text);
    }

    @Test
    void shouldReadWhatTheFirstStartShows() throws IOException {
        write("credentials", """
            [other]
            aws_access_key_id = x
            [flywheel]
            aws_access_key_id = FWKEY
            aws_secret_access_key = a/b+c=
            """);
        write("config", "[profile flywheel]\nregion = eu-north-1\nendpoint_url = http://127.0.0.1:9000\n");
        var profiles = profiles(Map.of());
        assertThat(profiles.credentials("flywheel")).isEqualTo(new RootCredentials("FWKEY", "a/b+c="));
        assertThat(profiles.settings("flywheel"))
                .containsEntry("region", "eu-north-1")
                .containsEntry("endpoint_url", "http://127.0.0.1:9000");
        assertThatThrownBy(() -> profiles.credentials("other"))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("'other'");
        assertThat(profiles.usual()).isEmpty();
    }

    @Test
    void shouldPreferTheEnvironment() throws IOException {
        write("credentials", "[default]\naws_access_key_id = default\naws_secret_access_key = secret\n");
        assertThat(profiles(Map.of()).usual()).contains(new RootCredentials("default", "secret"));
        var aws = new HashMap<>(Map.of("AWS_ACCESS_KEY_ID", "aws", "AWS_SECRET_ACCESS_KEY", "aws-secret"));
        assertThat(profiles(aws).usual()).contains(new RootCredentials("aws", "aws-secret"));
        aws.put("FLYWHEEL_ROOT_ACCESS_KEY", "root");
        aws.put("FLYWHEEL_ROOT_SECRET_KEY", "root-secret");
        assertThat(profiles(aws).usual()).contains(new RootCredentials("root", "root-secret"));
    }

    @Test
    void shouldReadNothingWhereThereAreNoFiles() {
        assertThat(profiles(Map.of()).settings("flywheel")).isEmpty();
    }
}

package io.flywheel.loadtest.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ApiVersionTest {
    @Test
    void shouldBeTheOneInTheManifest() {
        assertThat(System.getProperty("loadtest.api.version")).isEqualTo(ApiVersion.CURRENT.toString());
    }

    @Test
    void shouldRunBundlesOfTheSameMajorAndNoLaterMinor() {
        var version = new ApiVersion(2, 3);
        assertThat(version.runs(new ApiVersion(2, 3))).isTrue();
        assertThat(version.runs(new ApiVersion(2, 0))).isTrue();
        assertThat(version.runs(new ApiVersion(2, 4))).isFalse();
        assertThat(version.runs(new ApiVersion(1, 3))).isFalse();
        assertThat(version.runs(new ApiVersion(3, 0))).isFalse();
    }

    @Test
    void shouldReadWhatItWrites() {
        assertThat(ApiVersion.parse(new ApiVersion(12, 34).toString())).isEqualTo(new ApiVersion(12, 34));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1.", ".1", "1.0.0", "a.b", "-1.0", "99999999999.0"})
    void shouldRefuseWhatIsNoVersion(String text) {
        assertThatThrownBy(() -> ApiVersion.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }
}

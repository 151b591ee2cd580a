package io.flywheel.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.Domains.Level;
import org.junit.jupiter.api.Test;

class DomainsTest {
    private static final Domains HERE = new Domains("z1", "r1", "n1");

    @Test
    void shouldTellDomainsApartWithinTheDomainAbove() {
        Domains elsewhere = new Domains("z2", "r1", "n1");
        assertThat(HERE.together(elsewhere, Level.NODE)).isFalse();
        assertThat(HERE.together(elsewhere, Level.RACK)).isFalse();
        assertThat(HERE.at(Level.RACK)).isNotEqualTo(elsewhere.at(Level.RACK));
    }

    @Test
    void shouldFailTogetherWithTheDisksOfItsDomain() {
        Domains neighbour = new Domains("z1", "r1", "n2");
        assertThat(HERE.together(neighbour, Level.NODE)).isFalse();
        assertThat(HERE.together(neighbour, Level.RACK)).isTrue();
        assertThat(HERE.together(neighbour, Level.ZONE)).isTrue();
        assertThat(HERE.at(Level.RACK)).isEqualTo(neighbour.at(Level.RACK));
        assertThat(HERE.together(HERE, Level.NODE)).isTrue();
        assertThat(HERE.together(HERE, Level.DISK)).isFalse();
    }

    @Test
    void shouldRefuseNamesThatNobodyCouldRead() {
        assertThatThrownBy(() -> Domains.of("x".repeat(129))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Domains.of("a\nb")).isInstanceOf(IllegalArgumentException.class);
    }
}

package io.flywheel.shardstore.checks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The checks check: each planted bug is found, and by how many histories is printed.
class PlantedBugsTest {
    private static final long HISTORIES_MAX = 30_000;

    @ParameterizedTest
    @EnumSource
    void shouldFind(PlantedBug bug) {
        var failure = bug.find(HISTORIES_MAX);
        assertThat(failure).as(bug.description()).isPresent();
        var found = failure.get();
        System.out.printf(
                "| %s | %s | %s | %,d | %d |%n",
                bug.issue() == 0 ? "–" : "#" + bug.issue(),
                bug.description(),
                bug.profile(),
                found.seed(),
                found.history().ops().size());
        System.out.println(found.message());
    }
}

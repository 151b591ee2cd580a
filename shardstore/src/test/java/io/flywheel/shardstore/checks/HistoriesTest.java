package io.flywheel.shardstore.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.shardstore.checks.Generator.Profile;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Random histories of the engine. A failure prints the history, shrunk, as a statement for {@link RegressionsTest}.
/// `-Dchecks.seed=…` and `-Dchecks.factor=…` draw others, and more.
class HistoriesTest {
    private static final long SEED = Long.getLong("checks.seed", 1);
    private static final long FACTOR = Long.getLong("checks.factor", 1);

    @Test
    void shouldAgreeWithTheModelAfterEveryOperation() {
        Histories.explore(Profile.EQUIVALENCE, SEED, 26_000 * FACTOR);
    }

    @Test
    void shouldKeepWhatIsPersistentThroughCrashes() {
        Histories.explore(Profile.CRASHES, SEED, 26_000 * FACTOR);
    }

    @Test
    void shouldNeverLieOnADiskThatFailsLiesOrFillsUp() {
        Histories.explore(Profile.FAULTS, SEED, 24_000 * FACTOR);
    }

    @Test
    void shouldExplainWhatCallersBesideEachOtherSee() {
        Histories.explore(Profile.INTERLEAVINGS, SEED, 12_000 * FACTOR);
    }

    @Test
    void shouldExplainWhatCallersBesideEachOtherSeeThroughCrashes() {
        Histories.explore(Profile.INTERLEAVED_CRASHES, SEED, 12_000 * FACTOR);
    }

    @Test
    void shouldComeBackFromAFullDiskThatCrashesWhileItMakesRoom() {
        Histories.explore(Profile.FULL_DISKS, SEED, 1_500 * FACTOR);
    }

    @ParameterizedTest
    @EnumSource(names = {"EQUIVALENCE", "CRASHES", "INTERLEAVINGS", "INTERLEAVED_CRASHES"})
    void shouldHoldTheModelToTheSameRules(Profile profile) {
        var failure = Histories.firstFailure(profile, SEED, 2_000, ModelMachine::run);
        assertThat(failure.map(Histories.Failure::message)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void shouldReplayAHistory(Profile profile) {
        for (long seed = 1; seed <= 50; seed++) {
            var history = Generator.draw(profile, seed);
            assertThat(Generator.draw(profile, seed)).isEqualTo(history);
            assertThat(Run.on(DiskMachine::new, history)).isEqualTo(Run.on(DiskMachine::new, history));
        }
    }

    @Test
    void shouldNoticeADiskThatIgnoresFlushes() {
        Consumer<History> runner =
                history -> Run.on((shape, pause) -> new DiskMachine(shape, pause).ignoringFlushes(), history);
        var failure = Histories.firstFailure(Profile.CRASHES, 1, 100, runner);
        assertThat(failure).isPresent();
        assertThat(Histories.shrunk(failure.get(), runner).history().ops()).hasSizeLessThanOrEqualTo(6);
    }
}

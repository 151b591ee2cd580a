package io.flywheel.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Random histories of callers and one node over a network and a machine that fail. `-Dchecks.seed` begins
/// elsewhere, `-Dchecks.factor` makes more of them.
class HistoriesTest {
    private static final long SEED = Long.getLong("checks.seed", 1);
    private static final int HISTORIES = 1_500 * Integer.getInteger("checks.factor", 1);
    private static final int OPERATIONS = 8;

    @Test
    void shouldKeepWhatWasAcknowledgedAndNeverLie() {
        int safe = 0;
        int unknown = 0;
        int found = 0;
        int stale = 0;
        int crashes = 0;
        long lost = 0;
        for (long seed = SEED; seed < SEED + HISTORIES; seed++) {
            var summary = run(seed);
            safe += summary.safe();
            unknown += summary.unknown();
            found += summary.found();
            stale += summary.stale();
            crashes += summary.crashes();
            lost += summary.lost();
        }
        System.out.printf(
                "%d histories from seed %d: %d writes safe, %d unknown, %d stale; %d reads; %d crashes, %d messages"
                        + " lost%n",
                HISTORIES, SEED, safe, unknown, stale, found, crashes, lost);
        assertThat(safe).isGreaterThan(HISTORIES);
        assertThat(unknown).isGreaterThan(HISTORIES / 10);
        assertThat(stale).isGreaterThan(HISTORIES / 10);
        assertThat(crashes).isGreaterThan(HISTORIES);
    }

    private static FleetHistory.Summary run(long seed) {
        try {
            return new FleetHistory(seed, OPERATIONS).run();
        } catch (RuntimeException | Error failure) {
            throw new AssertionError("history of seed " + seed + "L: " + failure.getMessage(), failure);
        }
    }
}

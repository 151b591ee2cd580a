package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Disk;
import org.junit.jupiter.api.Test;

/// Random histories of one store against the model, each replayed from its seed: restarts, crashes at any point
/// with any part of the unflushed sectors lost, reclamation, full disks and concurrent callers. Everything that a
/// dependency promised must be there afterwards, and nothing may be there that was never written.
class HistoryTest {
    private static final Disk.Geometry TINY = new Disk.Geometry(16, 16 << 10, 512);
    private static final Disk.Geometry SMALL = new Disk.Geometry(12, 64 << 10, 4096);

    private static void histories(String name, long firstSeed, int count, java.util.function.LongConsumer history) {
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            try {
                history.accept(seed);
            } catch (Throwable failure) {
                throw new AssertionError(name + ": replay with seed " + seed + "L", failure);
            }
        }
    }

    @Test
    void shouldAgreeWithTheModelThroughRestarts() {
        histories("restarts", 1_000, 200, seed -> new History(seed, TINY).lives(3, false));
        histories("restarts", 2_000, 100, seed -> new History(seed, SMALL).lives(3, false));
    }

    @Test
    void shouldKeepWhatIsPersistentThroughCrashes() {
        histories("crashes", 10_000, 1_000, seed -> new History(seed, TINY).lives(5, true));
        histories("crashes", 20_000, 200, seed -> new History(seed, SMALL).lives(5, true));
    }

    @Test
    void shouldReplayAHistoryFromItsSeed() {
        var one = new History(77, TINY);
        var other = new History(77, TINY);
        one.lives(4, true);
        other.lives(4, true);
        assertThat(one.trace()).isEqualTo(other.trace());
    }

    @Test
    void shouldNoticeADiskThatIgnoresFlushes() {
        int noticed = 0;
        for (long seed = 1; seed <= 20; seed++) {
            try {
                new History(seed, TINY).ignoringFlushes().lives(5, true);
            } catch (Throwable lost) {
                noticed++;
            }
        }
        assertThat(noticed).as("histories in which a lying disk was noticed").isGreaterThan(15);
    }
}

package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.ModelShardStore;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Whatever happens to the disks, as long as no more of them lose something at a time than the scheme spares: what
/// was acknowledged is there, nothing else is ever read, and in the end every shard is where it should be.
/// `-Dhistories.seed` replays one, `-Dhistories.seeds` plays more.
class HealingHistoriesTest {
    private static final int SEEDS = 1_000;
    private static final int SEEDS_ON_DISKS = 80;

    @Test
    void shouldKeepWhatWasAcknowledgedAndBecomeWholeAgain() {
        play(Long.getLong("histories.seeds", SEEDS), _ -> new Medium.Model(ModelShardStore.persistingOnFlush()));
    }

    @Test
    void shouldBecomeWholeAgainOnDisksThatTearWritesRotAndFillUp() {
        play(Long.getLong("histories.seeds", SEEDS_ON_DISKS), EngineMedium::blank);
    }

    private static void play(long seeds, Function<Simulation, Medium> mediums) {
        Long only = Long.getLong("histories.seed");
        long first = only != null ? only : 1;
        long last = only != null ? only : seeds;
        long read = 0;
        long failed = 0;
        long moved = 0;
        for (long seed = first; seed <= last; seed++) {
            var simulation = new Simulation(seed);
            simulation.limitPoints(40_000_000);
            var history = simulation.run(() -> {
                var played = new HealingHistory(simulation, () -> mediums.apply(simulation));
                played.play();
                return played;
            });
            assertThat(history.isOver()).isTrue();
            read += history.read;
            failed += history.failed;
            moved += history.moved;
        }
        if (Boolean.getBoolean("histories.verbose")) {
            System.out.println("read " + read + ", failed " + failed + ", changes of slots " + moved);
        }
        if (only == null) {
            assertThat(read).isPositive();
            assertThat(moved).isPositive();
        }
    }
}

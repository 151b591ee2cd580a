package io.flywheel.shardstore.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.simulated.Schedule;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShrinkerTest {
    @Test
    void shouldFindTheSmallestHistoryThatFails() {
        var drawn = Generator.draw(Generator.Profile.INTERLEAVED_CRASHES, 21);
        var shrinker = new Shrinker(history -> puts(history.ops()) >= 2, 5_000);
        var smallest = shrinker.shrink(drawn);
        assertThat(smallest.ops()).hasSize(2).allMatch(op -> op instanceof Op.Put(int _, int bytes) && bytes == 1);
        assertThat(smallest.config().schedule()).isEqualTo(new Schedule.InTurn());
    }

    private static long puts(List<? extends Op> ops) {
        return ops.stream()
                .mapToLong(op -> op instanceof Op.Put
                        ? 1
                        : op instanceof Op.Together(var callers)
                                ? callers.stream().mapToLong(ShrinkerTest::puts).sum()
                                : 0)
                .sum();
    }

    @Test
    void shouldPrintTheCodeOfAHistory() {
        var history = new History(
                new Config(Shape.TINY, new Schedule.Seldom(8), 42),
                List.of(
                        new Op.PutStream(1, true, List.of(300, 5)),
                        new Op.Together(List.of(List.of(new Op.Delete(1)), List.of(new Op.Flush()))),
                        new Op.Crash(Survivors.NONE, List.of())));
        assertThat(history.code()).isEqualTo("""
            Histories.replay(
                    new Config(Shape.TINY, new Schedule.Seldom(8), 42L),
                    new Op.PutStream(1, true, List.of(300, 5)),
                    new Op.Together(List.of(List.of(new Op.Delete(1)), List.of(new Op.Flush()))),
                    new Op.Crash(new Survivors(Survivors.Kind.NONE, 0), List.of()));\
            """);
    }
}

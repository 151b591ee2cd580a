package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.base.DiskId;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetStore;
import io.flywheel.namespace.log.QuorumLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Five disks, of which three hold the log: others take the place of those that are lost as soon as they have
/// it, and not when somebody looks some time.
class LogHoldersTest {
    /// Copying takes none of the simulated time; the next look that nothing called for would.
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private final DiskWorld world = new DiskWorld(1, 5, 3);
    private final Commands commands = new Commands();

    private interface Life {
        void live(FleetStore fleet, EmbeddedNamespace namespace);
    }

    private void live(List<Integer> present, boolean make, Life life) {
        world.simulation.run(() -> {
            FleetStore fleet = world.fleet();
            life.live(fleet, DiskWorld.ready(world.open(fleet, present, make, false)));
        });
        world.all().forEach(world::powerOff);
    }

    private void fill(EmbeddedNamespace namespace) {
        namespace.apply(commands.createBucket("b"));
        for (int i = 0; i < 300; i++) {
            assertThat(namespace.apply(commands.put("b", "k" + i, "x"))).isInstanceOf(Outcome.ObjectPut.class);
        }
    }

    private static List<DiskId> holders(EmbeddedNamespace namespace) {
        return namespace.holders().stream().map(EmbeddedNamespace.Holder::disk).toList();
    }

    private void shouldHeal(EmbeddedNamespace namespace, DiskId without) {
        long deadline = world.simulation.clock().monotonicNanos() + AT_ONCE.toNanos();
        while (holders(namespace).contains(without)) {
            assertThat(world.simulation.clock().monotonicNanos())
                    .as("%s", namespace.holders())
                    .isLessThan(deadline);
            world.simulation.tasks().sleep(Duration.ofMillis(1));
        }
        assertThat(namespace.holders())
                .hasSize(3)
                .allSatisfy(holder -> assertThat(holder.state()).isEqualTo(QuorumLog.State.IN_SYNC));
    }

    @Test
    void shouldReplaceALostHolderAtOnce() {
        List<DiskId> last = new ArrayList<>();
        live(world.all(), true, (_, namespace) -> {
            fill(namespace);
            for (int lost = 0; lost < 2; lost++) {
                DiskId gone = holders(namespace).getFirst();
                namespace.detach(gone);
                shouldHeal(namespace, gone);
            }
            last.addAll(holders(namespace));
        });
        // Nothing is known of the two that are lost, nor is a third one needed.
        last.removeFirst();
        live(
                last.stream().map(DiskWorld::number).toList(),
                false,
                (_, namespace) -> assertThat(namespace.lookup("b", Bytes.utf8("k299"), VersionSelector.CURRENT))
                        .isInstanceOf(Lookup.Found.class));
    }

    @Test
    void shouldReplaceAHolderThatFailsAtOnce() {
        live(world.all(), true, (_, namespace) -> {
            fill(namespace);
            DiskId failing = holders(namespace).getLast();
            world.logs.get(DiskWorld.number(failing)).faults().failNextFlush();
            namespace.apply(commands.put("b", "after", "x"));
            shouldHeal(namespace, failing);
        });
    }

    @Test
    void shouldReplaceAHolderAtOnceThatTheMapSaysIsAbsentOrDrained() {
        live(world.all(), true, (fleet, namespace) -> {
            fill(namespace);
            DiskId absent = holders(namespace).getFirst();
            fleet.apply(new FleetCommand.MarkAbsent(world.stamp(), absent));
            namespace.fleetChanged();
            shouldHeal(namespace, absent);
            DiskId drained = holders(namespace).getFirst();
            fleet.apply(new FleetCommand.Drain(world.stamp(), drained, true));
            namespace.fleetChanged();
            shouldHeal(namespace, drained);
        });
    }

    @Test
    void shouldLetMoreDisksHoldTheLogAtOnceWhenTheyAreAdded() {
        live(List.of(2), true, (_, namespace) -> {
            fill(namespace);
            assertThat(holders(namespace)).containsExactly(DiskWorld.id(2));
            namespace.attach(world.disk(3));
            namespace.attach(world.disk(4));
            long deadline = world.simulation.clock().monotonicNanos() + AT_ONCE.toNanos();
            while (holders(namespace).size() < 3) {
                assertThat(world.simulation.clock().monotonicNanos()).isLessThan(deadline);
                world.simulation.tasks().sleep(Duration.ofMillis(1));
            }
        });
        live(
                List.of(3, 4),
                false,
                (_, namespace) -> assertThat(namespace.lookup("b", Bytes.utf8("k299"), VersionSelector.CURRENT))
                        .isInstanceOf(Lookup.Found.class));
    }
}

package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetStore;
import io.flywheel.namespace.log.QuorumLog;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A namespace on two disks goes on writing on one of them, and never goes on from the other.
class TwoDisksTest {
    private final DiskWorld world = new DiskWorld(1, 2, 3);
    private final Commands commands = new Commands();

    private interface Life {
        void live(FleetStore fleet, EmbeddedNamespace namespace);
    }

    /// One life with these disks, which ends by a loss of power.
    private void live(List<Integer> present, boolean make, Life life) {
        world.simulation.run(() -> {
            FleetStore fleet = world.fleet();
            life.live(fleet, DiskWorld.ready(world.open(fleet, present, make, false)));
        });
        world.all().forEach(world::powerOff);
    }

    private void refused(int alone) {
        world.simulation.run(
                () -> assertThat(DiskWorld.refused(world.open(world.fleet(), List.of(alone), false, false)))
                        .contains("fewer than a majority"));
    }

    private void put(EmbeddedNamespace namespace, String key) {
        assertThat(namespace.apply(commands.put("b", key, "x"))).as(key).isInstanceOf(Outcome.ObjectPut.class);
    }

    private static void assertHas(EmbeddedNamespace namespace, String... keys) {
        for (String key : keys) {
            assertThat(namespace.lookup("b", Bytes.utf8(key), VersionSelector.CURRENT))
                    .as(key)
                    .isInstanceOf(Lookup.Found.class);
        }
    }

    @Test
    void shouldGoOnWritingWhenOneIsLostAndStartFromTheOtherAlone() {
        live(world.all(), true, (fleet, namespace) -> {
            namespace.apply(commands.createBucket("b"));
            put(namespace, "both");
            namespace.detach(DiskWorld.id(1));
            put(namespace, "alone");
            fleet.apply(new FleetCommand.MarkAbsent(world.stamp(), DiskWorld.id(1)));
            namespace.fleetChanged();
            world.simulation.tasks().sleep(Duration.ofSeconds(30));
            assertThat(fleet.map().namespaceHolders()).containsExactly(DiskWorld.id(0));
            put(namespace, "left");
        });
        live(List.of(0), false, (_, namespace) -> {
            assertHas(namespace, "both", "alone", "left");
            put(namespace, "later");
        });
        refused(1);
        live(world.all(), false, (fleet, namespace) -> {
            assertHas(namespace, "both", "alone", "left", "later");
            fleet.apply(new FleetCommand.MarkPresent(world.stamp(), DiskWorld.id(1)));
            namespace.fleetChanged();
            world.simulation.tasks().sleep(Duration.ofMinutes(1));
            assertThat(namespace.holders())
                    .hasSize(2)
                    .allSatisfy(holder -> assertThat(holder.state()).isEqualTo(QuorumLog.State.IN_SYNC));
            namespace.detach(DiskWorld.id(0));
            put(namespace, "other");
        });
        live(world.all(), false, (_, namespace) -> assertHas(namespace, "left", "later", "other"));
    }

    /// Nobody has said that the other one is missing, so each of them may have something that the other lacks.
    @Test
    void shouldStartFromNeitherAloneAfterOneFailed() {
        live(world.all(), true, (_, namespace) -> {
            namespace.apply(commands.createBucket("b"));
            world.logs.get(1).faults().failNextFlush();
            put(namespace, "alone");
            put(namespace, "more");
        });
        refused(0);
        refused(1);
        live(world.all(), false, (_, namespace) -> assertHas(namespace, "alone", "more"));
    }

    @Test
    void shouldWaitForBothAsLongAsBothKeepUp() {
        live(world.all(), true, (_, namespace) -> {
            namespace.apply(commands.createBucket("b"));
            world.slow[1] = true;
            for (int i = 0; i < 5; i++) {
                put(namespace, "k" + i);
            }
        });
        world.simulation.run(() -> {
            EmbeddedNamespace namespace = DiskWorld.ready(world.open(world.fleet(), List.of(1), false, true));
            assertHas(namespace, "k0", "k1", "k2", "k3", "k4");
        });
    }

    @Test
    void shouldNotWaitForOneThatComesBackUntilItHasCaughtUp() {
        live(world.all(), true, (_, namespace) -> {
            namespace.apply(commands.createBucket("b"));
            namespace.detach(DiskWorld.id(1));
            for (int i = 0; i < 600; i++) {
                put(namespace, "k" + i);
            }
            world.powerOff(1);
            world.slow[1] = true;
            namespace.attach(world.disk(1));
            long before = world.simulation.clock().monotonicNanos();
            put(namespace, "meanwhile");
            assertThat(world.simulation.clock().monotonicNanos() - before)
                    .isLessThan(Duration.ofMillis(400).toNanos());
            world.slow[1] = false;
            world.simulation.tasks().sleep(Duration.ofMinutes(1));
            world.logs.get(0).faults().failNextFlush();
            put(namespace, "after");
            assertHas(namespace, "k599", "meanwhile", "after");
        });
    }

    @Test
    void shouldRefuseForNowAndNotForLackOfSpaceWhenBothFail() {
        live(world.all(), true, (_, namespace) -> {
            namespace.apply(commands.createBucket("b"));
            put(namespace, "k");
            world.logs.forEach(log -> log.faults().failNextFlush());
            for (int i = 0; i < 3; i++) {
                assertThat(namespace.apply(commands.put("b", "refused" + i, "x")))
                        .isEqualTo(Rules.refused(Outcome.Refusal.UNAVAILABLE));
            }
            assertHas(namespace, "k");
        });
    }
}

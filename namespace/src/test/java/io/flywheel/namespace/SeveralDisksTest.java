package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.fleet.FleetStore;
import io.flywheel.namespace.log.QuorumLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A namespace on three disks, of which one or two are lost, slow, or back.
class SeveralDisksTest {
    private final DiskWorld world = new DiskWorld(1, 3, 3);
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

    private void put(EmbeddedNamespace namespace, String key) {
        assertThat(namespace.apply(commands.put("b", key, "x"))).as(key).isInstanceOf(Outcome.ObjectPut.class);
    }

    private static boolean has(EmbeddedNamespace namespace, String key) {
        return namespace.lookup("b", Bytes.utf8(key), VersionSelector.CURRENT) instanceof Lookup.Found;
    }

    @Test
    void shouldGoOnWithoutOneOfThreeAndBringItUpToDateWhenItIsBack() {
        live(world.all(), true, (_, namespace) -> {
            namespace.apply(commands.createBucket("b"));
            namespace.detach(DiskWorld.id(2));
            for (int i = 0; i < 300; i++) {
                put(namespace, "k" + i);
            }
            assertThat(namespace.holders().get(2).state()).isEqualTo(QuorumLog.State.ABSENT);
            world.powerOff(2);
            namespace.attach(world.disk(2));
            world.simulation.tasks().sleep(Duration.ofMinutes(1));
            assertThat(namespace.holders())
                    .allSatisfy(holder -> assertThat(holder.state()).isEqualTo(QuorumLog.State.IN_SYNC));
            namespace.detach(DiskWorld.id(0));
            put(namespace, "last");
        });
        // What only one of the others and the returned disk have is there.
        live(List.of(0, 2), false, (_, namespace) -> {
            assertThat(has(namespace, "k299")).isTrue();
            assertThat(has(namespace, "last")).isTrue();
        });
    }

    @Test
    void shouldRefuseChangesBelowTheMajorityAndAnswerThemWhenItIsBack() {
        live(world.all(), true, (_, namespace) -> {
            namespace.apply(commands.createBucket("b"));
            world.logs.get(1).faults().failNextFlush();
            world.logs.get(2).faults().failNextFlush();
            Command put = commands.put("b", "k", "x");
            assertThat(namespace.apply(put)).isEqualTo(Rules.refused(Outcome.Refusal.UNAVAILABLE));
            assertThat(namespace.apply(commands.put("b", "other", "x")))
                    .isEqualTo(Rules.refused(Outcome.Refusal.UNAVAILABLE));
            for (int back = 1; back <= 2; back++) {
                namespace.detach(DiskWorld.id(back));
                world.powerOff(back);
                namespace.attach(world.disk(back));
            }
            world.simulation.tasks().sleep(Duration.ofMinutes(1));
            Outcome outcome = namespace.apply(put);
            assertThat(outcome).isInstanceOf(Outcome.ObjectPut.class);
            assertThat(namespace.position())
                    .as("the retry is a position of its own")
                    .isEqualTo(3);
            assertThat(has(namespace, "other")).isFalse();
        });
    }

    /// A batch that only one disk has is longer than all that later lives did: it is no part of the log.
    @Test
    void shouldTakeTheLogOfTheLatestLifeAndNotTheLongest() {
        live(world.all(), true, (_, namespace) -> {
            namespace.apply(commands.createBucket("b"));
            world.simulation.tasks().sleep(Duration.ofSeconds(1));
            // One frame more, while the other commands pile up.
            for (int disk = 1; disk <= 2; disk++) {
                world.slow[disk] = true;
                world.logs.get(disk).faults().crashAfter(2);
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                namespace.submit(commands.put("b", "lost" + i, "x"), outcomes::add);
            }
            world.simulation.tasks().sleep(Duration.ofMinutes(1));
            assertThat(outcomes).hasSize(30).contains(Rules.refused(Outcome.Refusal.UNAVAILABLE));
            assertThat(outcomes.getFirst()).isInstanceOf(Outcome.ObjectPut.class);
        });
        live(List.of(1, 2), false, (_, namespace) -> {
            put(namespace, "kept1");
            put(namespace, "kept2");
        });
        live(List.of(0, 1), false, (_, namespace) -> {
            assertThat(has(namespace, "kept2")).isTrue();
            assertThat(has(namespace, "lost29")).isFalse();
            put(namespace, "kept3");
        });
        live(List.of(0, 2), false, (_, namespace) -> {
            assertThat(has(namespace, "kept1")).isTrue();
            assertThat(has(namespace, "kept3")).isTrue();
            assertThat(has(namespace, "lost29")).isFalse();
        });
    }

    @Test
    void shouldMoveTheTablesWhenTheirDiskFails() {
        live(world.all(), true, (_, namespace) -> {
            namespace.apply(commands.createBucket("b"));
            for (int i = 0; i < 100; i++) {
                put(namespace, "k" + i);
            }
            int on = DiskWorld.number(namespace.tablesOn());
            world.homes.get(on).fail(true);
            assertThat(has(namespace, "k0")).isTrue();
            assertThat(DiskWorld.number(namespace.tablesOn())).isNotEqualTo(on);
            world.homes.get(DiskWorld.number(namespace.tablesOn())).fail(true);
            put(namespace, "after");
            assertThat(has(namespace, "k99")).isTrue();
            assertThat(has(namespace, "after")).isTrue();
        });
    }

    @Test
    void shouldMoveTheTablesWhenTheirDiskIsDetached() {
        live(world.all(), true, (_, namespace) -> {
            namespace.apply(commands.createBucket("b"));
            put(namespace, "k");
            var on = namespace.tablesOn();
            namespace.detach(on);
            assertThat(has(namespace, "k")).isTrue();
            put(namespace, "after");
            assertThat(namespace.tablesOn()).isNotEqualTo(on);
        });
    }

    @Test
    void shouldNotWaitForASlowDisk() {
        live(world.all(), true, (_, namespace) -> {
            namespace.apply(commands.createBucket("b"));
            world.slow[2] = true;
            long before = world.simulation.clock().monotonicNanos();
            for (int i = 0; i < 50; i++) {
                put(namespace, "k" + i);
            }
            long took = world.simulation.clock().monotonicNanos() - before;
            assertThat(took).isLessThan(Duration.ofMillis(400).toNanos());
            world.slow[2] = false;
            world.simulation.tasks().sleep(Duration.ofMinutes(1));
            assertThat(namespace.holders())
                    .allSatisfy(holder -> assertThat(holder.state()).isEqualTo(QuorumLog.State.IN_SYNC));
        });
    }

    @Test
    void shouldStartBelowTheMajorityOnlyWhenTold() {
        live(world.all(), true, (_, namespace) -> {
            namespace.apply(commands.createBucket("b"));
            put(namespace, "k");
        });
        world.simulation.run(() -> {
            FleetStore fleet = world.fleet();
            assertThat(DiskWorld.refused(world.open(fleet, List.of(1), false, false)))
                    .contains("changes acknowledged after position 2 may be missing")
                    .contains("disk " + DiskWorld.id(0) + " is not here")
                    .contains("allow a start without them");
            EmbeddedNamespace namespace = DiskWorld.ready(world.open(fleet, List.of(1), false, true));
            assertThat(has(namespace, "k")).isTrue();
            put(namespace, "alone");
            assertThat(fleet.map().namespaceHolders()).containsExactly(DiskWorld.id(1));
        });
    }
}

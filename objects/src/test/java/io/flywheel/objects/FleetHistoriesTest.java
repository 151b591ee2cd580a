package io.flywheel.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.simulated.Simulation;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.ModelNamespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Random histories of objects on disks that go, come back, hang, refuse, return other bytes, fill up and lose
/// their power, beside a list of what was acknowledged: every read is right or a clean error, and an error only
/// when fewer shards are well than it takes. `-Dhistories.seed` replays one.
class FleetHistoriesTest {
    private static final int SEEDS = 1_000;
    private static final int STEPS = 30;
    private static final List<Scheme> SCHEMES =
            List.of(new Scheme.Rs(4, 2), new Scheme.Rs(2, 2), new Scheme.Copies(3), new Scheme.Rs(3, 1));

    @Test
    void shouldKeepWhatWasAcknowledgedAndNeverReturnAnythingElse() {
        Long only = Long.getLong("histories.seed");
        long first = only != null ? only : 1;
        long last = only != null ? only : SEEDS;
        for (long seed = first; seed <= last; seed++) {
            var simulation = new Simulation(seed);
            simulation.run(() -> {
                new History(simulation).play();
                return true;
            });
        }
    }

    private record Stored(byte[] bytes, Content content) {}

    private static final class History {
        private final Simulation simulation;
        private final Scheme scheme;
        private final SimulatedFleet fleet;
        private final ModelNamespace namespace;
        private final List<Stored> objects = new ArrayList<>();
        private World world;

        History(Simulation simulation) {
            this.simulation = simulation;
            scheme = SCHEMES.get(simulation.random().nextInt(SCHEMES.size()));
            fleet = new SimulatedFleet(
                    simulation, scheme.shards() + simulation.random().nextInt(4), scheme);
            namespace = new ModelNamespace(simulation.tasks());
            world = fleet.world(simulation, namespace);
        }

        void play() {
            for (int step = 0; step < STEPS; step++) {
                switch (random(12)) {
                    case 0, 1, 2 -> put();
                    case 3, 4, 5 -> read();
                    case 6 -> remove();
                    case 7 -> fleet.setAbsent(random(fleet.members.size()), random(2) == 0);
                    case 8 -> breakReads();
                    case 9 -> breakWrites();
                    case 10 -> fleet.members.forEach(SimulatedFleet.Member::heal);
                    default -> {
                        if (random(4) == 0) {
                            fleet.crash();
                            world = fleet.world(simulation, namespace);
                        }
                    }
                }
            }
            simulation.tasks().sleep(Duration.ofMinutes(10));
            for (int disk = 0; disk < fleet.members.size(); disk++) {
                fleet.members.get(disk).heal();
                fleet.setAbsent(disk, false);
            }
            objects.forEach(object -> assertThat(reads(object, 0, object.bytes.length))
                    .as("everything is back when the disks are")
                    .isTrue());
            assertThat(world.pool.available()).isEqualTo(world.pool.buffersMax());
            assertThat(world.writing.available()).isEqualTo(world.writing.buffersMax());
        }

        private int random(int bound) {
            return simulation.random().nextInt(bound);
        }

        private void put() {
            byte[] bytes = world.randomBytes(random(3) == 0 ? 9_000 + random(100_000) : 130_000 + random(2_500_000));
            if (world.write(bytes) instanceof Written.Stored(var content, var _)) {
                objects.add(new Stored(bytes, content));
            }
        }

        private void read() {
            if (objects.isEmpty()) {
                return;
            }
            var object = objects.get(random(objects.size()));
            int from = random(object.bytes.length);
            int to = from + 1 + random(object.bytes.length - from);
            if (!reads(object, from, to)) {
                assertThat(blocks(object).stream().allMatch(this::isWell))
                        .as("the blocks of an object that could not be read")
                        .isFalse();
            }
        }

        /// False when it ended early; fails when a byte was wrong.
        private boolean reads(Stored object, int from, int to) {
            var result = world.read(object.content, from, to - from);
            byte[] wanted = Arrays.copyOfRange(object.bytes, from, from + result.bytes().length);
            assertThat(Arrays.equals(result.bytes(), wanted)).isTrue();
            boolean ended = result.end() instanceof DataReader.Step.End;
            assertThat(!ended || from + result.bytes().length == to).isTrue();
            return ended;
        }

        private static List<BlockRef> blocks(Stored object) {
            return ((Content.Blocks) object.content).blocks();
        }

        /// Whether at least k of its shards are on disks that answer truly.
        private boolean isWell(BlockRef block) {
            var layout = ((BlockLayout.Read.Known) BlockLayout.of(block)).layout();
            var slots = fleet.slots(block.id().copyset()).orElseThrow();
            long well = layout.slots().stream()
                    .filter(slot -> slots.get(slot).stream().anyMatch(this::answers))
                    .count();
            return well >= layout.columns();
        }

        private boolean answers(FleetDisk disk) {
            return fleet.members.stream()
                    .anyMatch(member -> member.disk == disk && !member.flipsBits && !member.refusesReads);
        }

        private void remove() {
            if (!objects.isEmpty()) {
                var object = objects.remove(random(objects.size()));
                world.data.remove(ObjectData.blocksOf(object.content));
            }
        }

        private void breakReads() {
            var member = fleet.members.get(random(fleet.members.size()));
            switch (random(3)) {
                case 0 -> member.flipsBits = true;
                case 1 -> member.refusesReads = true;
                default -> member.delay = Duration.ofMillis(random(3_000));
            }
        }

        private void breakWrites() {
            var member = fleet.members.get(random(fleet.members.size()));
            if (random(2) == 0) {
                member.store.fence("the disk broke");
            } else {
                member.store.limit(random(2_000_000));
            }
        }
    }
}

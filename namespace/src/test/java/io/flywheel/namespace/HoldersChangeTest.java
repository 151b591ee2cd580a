package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.base.DiskId;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Other disks come to hold the log while commands are acknowledged by some of those that held it.
class HoldersChangeTest {
    private static final int COPIES = 3;
    private static final int COMMANDS_MAX = 5_000;

    private final DiskWorld world = new DiskWorld(1, 5, COPIES);
    private final Commands commands = new Commands();
    private final List<String> acknowledged = new ArrayList<>();

    /// The disk that stays and the one that joins take long, so that those that leave and stay acknowledge alone.
    /// From the moment at which the map names the others, these have everything.
    @Test
    void shouldHaveEverythingOnThoseThatTheMapNamesFromThenOn() {
        List<DiskId> named = new ArrayList<>();
        world.simulation.run(() -> {
            FleetStore fleet = world.fleet();
            EmbeddedNamespace namespace = DiskWorld.ready(world.open(fleet, world.all(), true, false));
            namespace.apply(commands.createBucket("b"));
            assertThat(put(namespace)).isTrue();
            List<DiskId> before = List.copyOf(fleet.map().namespaceHolders());
            for (int disk : world.all()) {
                world.slow[disk] = disk != DiskWorld.number(before.get(1)) && disk != DiskWorld.number(before.get(2));
            }
            fleet.apply(new FleetCommand.Drain(world.stamp(), before.get(2), true));
            namespace.fleetChanged();
            while (fleet.map().namespaceHolders().equals(before)) {
                if (!put(namespace)) {
                    // Those that wait for the slow ones show that these count. That was it.
                    world.all().forEach(disk -> world.slow[disk] = false);
                }
                world.simulation.tasks().sleep(Duration.ofMillis(100));
            }
            named.addAll(fleet.map().namespaceHolders());
            assertThat(named).doesNotContain(before.get(2)).contains(before.get(1));
            named.remove(before.get(1));
        });
        world.all().forEach(world::powerOff);
        world.simulation.run(() -> {
            List<Integer> majority = named.stream().map(DiskWorld::number).toList();
            EmbeddedNamespace namespace = DiskWorld.ready(world.open(world.fleet(), majority, false, false));
            for (String key : acknowledged) {
                assertThat(namespace.lookup("b", Bytes.utf8(key), VersionSelector.CURRENT))
                        .as("%s of %s", key, acknowledged.size())
                        .isInstanceOf(Lookup.Found.class);
            }
        });
    }

    /// Whether it was acknowledged.
    private boolean put(EmbeddedNamespace namespace) {
        assertThat(acknowledged).as("the holders change").hasSizeLessThan(COMMANDS_MAX);
        String key = "key-" + acknowledged.size();
        Outcome outcome = namespace.apply(commands.put("b", key, "x"));
        if (outcome.equals(Rules.refused(Outcome.Refusal.UNAVAILABLE))) {
            return false;
        }
        assertThat(outcome).isInstanceOf(Outcome.ObjectPut.class);
        acknowledged.add(key);
        return true;
    }
}

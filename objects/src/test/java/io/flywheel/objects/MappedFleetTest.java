package io.flywheel.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.DiskId;
import io.flywheel.erasure.Scheme;
import io.flywheel.placement.DiskView.Health;
import io.flywheel.shardstore.ModelShardStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MappedFleetTest {
    private static final Scheme ONE = new Scheme.Copies(1);

    @Test
    void shouldTryADiskAgainSomeTimeAfterItRefusedAWrite() {
        World.forSeeds(1, simulation -> {
            var disk = new FleetDisk(DiskId.draw(simulation.random()), new ModelShardStore(), simulation.clock());
            assertThat(disk.health()).isEqualTo(Health.HEALTHY);
            disk.refused();
            assertThat(disk.health()).isEqualTo(Health.SUSPECT);
            simulation.tasks().sleep(Duration.ofSeconds(6));
            assertThat(disk.health()).isEqualTo(Health.HEALTHY);
        });
    }

    /// A page of the index that cannot be read refuses one write, not all that come after it.
    @Test
    void shouldGoOnWithTheOnlyDiskAfterItRefusedAWrite() {
        World.forSeeds(1, simulation -> {
            var disk = new FleetDisk(DiskId.draw(simulation.random()), new ModelShardStore(), simulation.clock());
            var fleet = new MappedFleet(
                    simulation.tasks(),
                    simulation.clock(),
                    simulation.random(),
                    MappedFleet.Topology.ofOneDisk(disk.id(), Long.MAX_VALUE),
                    List.of(disk));
            disk.refused();
            simulation.tasks().sleep(Duration.ofMillis(100));
            assertThat(fleet.place(ONE, 1, List.of())).isInstanceOf(Fleet.Place.On.class);
        });
    }
}

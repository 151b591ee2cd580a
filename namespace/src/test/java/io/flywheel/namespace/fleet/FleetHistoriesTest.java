package io.flywheel.namespace.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Slot;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.namespace.fleet.FleetOutcome.Refusal;
import io.flywheel.namespace.record.MalformedRecord;
import io.flywheel.namespace.record.StoredFleetCommand;
import io.flywheel.namespace.record.StoredFleetMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Random histories on the fleet map and on its model: every outcome and every state agree, what is stored
/// reads back, and what must always hold does. A failure names its seed.
class FleetHistoriesTest {
    private static final UUID FLEET = new UUID(5, 6);
    private static final long SEEDS = Long.getLong("fleet.seeds", 60);

    @Test
    void shouldAnswerAsTheModel() throws MalformedRecord {
        Set<Refusal> seen = EnumSet.noneOf(Refusal.class);
        for (long seed = 1; seed <= SEEDS; seed++) {
            FleetHistories histories = new FleetHistories(new SeededRandom(seed));
            FleetModel model = new FleetModel();
            FleetMap map = FleetMap.of(FLEET);
            Set<DiskId> removed = new HashSet<>();
            for (int step = 0; step < 600; step++) {
                FleetCommand command = histories.next(map);
                String where = "seed " + seed + ", step " + step + ": " + command;
                assertThat(StoredFleetCommand.decode(StoredFleetCommand.encode(command)))
                        .as(where)
                        .isEqualTo(command);
                FleetMap.Applied applied = map.apply(command);
                assertThat(withoutDetail(applied.outcome())).as(where).isEqualTo(model.apply(command));
                assertThat(map.apply(command))
                        .as("%s, applied once more to the same state", where)
                        .isEqualTo(applied);
                if (applied.outcome() instanceof FleetOutcome.Refused(var refusal, var _)) {
                    seen.add(refusal);
                    assertThat(applied.map()).as(where).isSameAs(map);
                } else {
                    assertThat(applied.map())
                            .as(where)
                            .isEqualTo(model.map(FLEET, applied.map().answers()));
                }
                invariants(where, map, applied.map(), removed);
                map = applied.map();
                if (step % 20 == 0) {
                    assertThat(StoredFleetMap.decode(StoredFleetMap.encode(map)))
                            .as(where)
                            .isEqualTo(map);
                }
            }
        }
        assertThat(seen)
                .as("the histories reach every refusal that needs no huge fleet")
                .containsAll(EnumSet.complementOf(EnumSet.of(Refusal.TOO_MANY, Refusal.UNAVAILABLE)));
    }

    private static FleetOutcome withoutDetail(FleetOutcome outcome) {
        return outcome instanceof FleetOutcome.Refused(var refusal, var _)
                ? new FleetOutcome.Refused(refusal, "")
                : outcome;
    }

    private static void invariants(String where, FleetMap before, FleetMap after, Set<DiskId> removed) {
        after.disks().values().forEach(disk -> {
            if (disk.role() == FleetDisk.Role.REMOVED) {
                removed.add(disk.id());
            }
            assertThat(removed.contains(disk.id())).as(where).isEqualTo(disk.role() == FleetDisk.Role.REMOVED);
        });
        for (Copyset copyset : after.copysets()) {
            assertThat(copyset.spread(after::domains)).as(where).isTrue();
            for (Slot slot : copyset.slots()) {
                assertThat(removed).as(where).noneMatch(slot::names);
            }
        }
        List<Copyset> earlier = before.copysets();
        for (int id = 0; id < earlier.size(); id++) {
            Copyset now = after.copysets().get(id);
            boolean same = now.slots().equals(earlier.get(id).slots());
            assertThat(now.epoch()).as(where).isEqualTo(earlier.get(id).epoch() + (same ? 0 : 1));
        }
        assertThat(after.lastLease()).as(where).isGreaterThanOrEqualTo(before.lastLease());
    }
}

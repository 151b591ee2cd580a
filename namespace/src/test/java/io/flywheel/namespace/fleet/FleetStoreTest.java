package io.flywheel.namespace.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Tasks;
import io.flywheel.base.WholeFile;
import io.flywheel.base.real.FileOnDisk;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.base.simulated.SimulatedFile;
import io.flywheel.base.simulated.SimulatedFile.Fault;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.Command.Stamp;
import io.flywheel.namespace.fleet.FleetOutcome.Refusal;
import io.flywheel.namespace.fleet.FleetStore.Opened;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetStoreTest {
    private static final UUID FLEET = new UUID(3, 4);
    private static final AccountId OPERATOR = new AccountId("0".repeat(64));

    private final SortedMap<DiskId, WholeFile> files = new TreeMap<>();
    private final List<SimulatedFile> disks = new ArrayList<>();
    private long requests;

    private static DiskId disk(int number) {
        return new DiskId(new UUID(1, number));
    }

    private Stamp stamp() {
        return new Stamp(2, ++requests, requests, OPERATOR);
    }

    private FleetCommand.AddDisk add(int number) {
        return new FleetCommand.AddDisk(stamp(), disk(number), Domains.of("n" + number), 1 << 30, 1);
    }

    private FleetCommand weight(long weight) {
        return new FleetCommand.SetWeight(stamp(), disk(0), weight);
    }

    private SimulatedFile file(int number) {
        SimulatedFile file = new SimulatedFile();
        files.put(disk(number), file);
        disks.add(file);
        return file;
    }

    private static FleetStore ready(Opened opened) {
        return switch (opened) {
            case Opened.Ready ready -> ready.store();
            case Opened.Nothing() -> throw new AssertionError("nothing there");
            case Opened.Refused(String why) -> throw new AssertionError(why);
        };
    }

    private void create(Tasks tasks, int count, Consumer<FleetStore> body) {
        List<FleetCommand.AddDisk> adds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            file(i);
            adds.add(add(i));
        }
        use(FleetStore.create(options(false), adds, files, tasks), body);
    }

    private static FleetStore.Options options(boolean minority) {
        return new FleetStore.Options(FLEET, 3, minority);
    }

    private void open(Tasks tasks, Consumer<FleetStore> body) {
        use(FleetStore.open(options(false), files, tasks), body);
    }

    private static void use(Opened opened, Consumer<FleetStore> body) {
        FleetStore store = ready(opened);
        try {
            body.accept(store);
        } finally {
            store.close();
        }
    }

    private static void simulated(Consumer<Tasks> body) {
        for (long seed = 1; seed <= 5; seed++) {
            Simulation simulation = new Simulation(seed);
            simulation.run(() -> body.accept(simulation.tasks()));
        }
    }

    private static void done(FleetStore store, FleetCommand command) {
        assertThat(store.apply(command)).isEqualTo(new FleetOutcome.Done());
    }

    private static long weight(FleetStore store) {
        return store.map().disk(disk(0)).orElseThrow().weight();
    }

    @Test
    void shouldFindTheMapAgainAfterAStart(@TempDir Path folder) {
        Tasks tasks = new ThreadTasks();
        List<FleetCommand.AddDisk> adds = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            files.put(disk(i), new FileOnDisk(folder.resolve("fleet-" + i)));
            adds.add(add(i));
        }
        assertThat(FleetStore.open(options(false), files, tasks)).isEqualTo(new Opened.Nothing());
        use(FleetStore.create(options(false), adds, files, tasks), store -> {
            done(store, weight(9));
            assertThat(store.holders()).containsExactly(disk(0), disk(1), disk(2));
        });
        for (int start = 0; start < 3; start++) {
            open(tasks, store -> {
                assertThat(weight(store)).isEqualTo(9);
                assertThat(store.map().disks()).hasSize(4);
            });
        }
        assertThat(FleetStore.create(options(false), adds, files, tasks)).isInstanceOf(Opened.Refused.class);
    }

    @Test
    void shouldAnswerARepeatedRequestAlsoAfterAStart() {
        simulated(tasks -> {
            reset();
            FleetCommand open = new FleetCommand.OpenLease(stamp(), "server", 0);
            create(tasks, 3, store -> assertThat(store.apply(open)).isEqualTo(new FleetOutcome.LeaseOpened(1)));
            open(tasks, store -> {
                assertThat(store.apply(open)).isEqualTo(new FleetOutcome.LeaseOpened(1));
                assertThat(store.apply(new FleetCommand.OpenLease(stamp(), "server", 0)))
                        .isEqualTo(new FleetOutcome.LeaseOpened(2));
            });
        });
    }

    private void reset() {
        files.clear();
        disks.clear();
    }

    @Test
    void shouldGoOnWhileAMajorityTakesTheMap() {
        simulated(tasks -> {
            reset();
            create(tasks, 3, store -> {
                disks.get(1).set(Fault.FAILS);
                done(store, weight(5));
            });
            disks.get(1).set(Fault.NONE);
            disks.get(2).lose();
            open(
                    tasks,
                    store ->
                            assertThat(weight(store)).as("the stale copy loses").isEqualTo(5));
        });
    }

    @Test
    void shouldGoOnWithOneOfTwoDisksAndNotFromTheOther() {
        simulated(tasks -> {
            reset();
            create(tasks, 2, store -> {
                disks.get(1).set(Fault.FAILS);
                done(store, weight(5));
                done(store, new FleetCommand.MarkAbsent(stamp(), disk(1)));
                done(store, weight(6));
                assertThat(store.holders()).containsExactly(disk(0));
            });
            disks.get(1).set(Fault.NONE);
            WholeFile first = files.remove(disk(0));
            assertThat(FleetStore.open(options(false), files, tasks)).isInstanceOf(Opened.Refused.class);
            WholeFile second = files.remove(disk(1));
            files.put(disk(0), first);
            open(tasks, store -> done(store, weight(7)));
            files.put(disk(1), second);
            open(tasks, store -> assertThat(weight(store)).isEqualTo(7));
        });
    }

    @Test
    void shouldSayThatNothingIsKnownWhenAMajorityFails() {
        simulated(tasks -> {
            reset();
            create(tasks, 3, store -> {
                disks.get(1).set(Fault.FAILS);
                disks.get(2).set(Fault.FAILS_AFTERWARDS);
                assertThat(store.apply(weight(5)))
                        .isInstanceOfSatisfying(
                                FleetOutcome.Refused.class,
                                why -> assertThat(why.refusal()).isEqualTo(Refusal.UNAVAILABLE));
                assertThat(weight(store)).isEqualTo(1);
                disks.get(1).set(Fault.NONE);
                disks.get(2).set(Fault.NONE);
                done(store, weight(6));
            });
            open(tasks, store -> assertThat(weight(store)).isEqualTo(6));
        });
    }

    @Test
    void shouldNotStartBelowAMajorityUnlessTold() {
        simulated(tasks -> {
            reset();
            create(tasks, 3, store -> done(store, weight(5)));
            WholeFile first = files.remove(disk(0));
            files.remove(disk(1));
            assertThat(FleetStore.open(options(false), files, tasks))
                    .isInstanceOfSatisfying(
                            Opened.Refused.class,
                            refused -> assertThat(refused.why()).contains("1 are here"));
            use(FleetStore.open(options(true), files, tasks), store -> {
                assertThat(weight(store)).isEqualTo(5);
                done(store, weight(7));
            });
            files.put(disk(0), first);
            open(
                    tasks,
                    store -> assertThat(weight(store)).as("the later term wins").isEqualTo(7));
        });
    }

    /// The first of two starts tells one disk alone of its life. The second cannot know, and must not be taken for it.
    @Test
    void shouldNotTakeOneLifeForAnother() {
        simulated(tasks -> {
            reset();
            create(tasks, 3, store -> {
                disks.get(1).set(Fault.FAILS);
                disks.get(2).set(Fault.FAILS);
                assertThat(store.apply(weight(5))).isInstanceOf(FleetOutcome.Refused.class);
            });
            disks.get(1).set(Fault.WRITES_FAIL);
            disks.get(2).set(Fault.NONE);
            WholeFile third = files.remove(disk(2));
            assertThat(FleetStore.open(options(false), files, tasks)).isInstanceOf(Opened.Refused.class);
            disks.get(1).set(Fault.NONE);
            files.put(disk(2), third);
            disks.get(0).set(Fault.FAILS);
            open(tasks, store -> done(store, weight(7)));
            disks.get(0).set(Fault.NONE);
            open(tasks, store -> assertThat(weight(store)).isEqualTo(7));
        });
    }

    @Test
    void shouldTakeADamagedCopyForNone() {
        simulated(tasks -> {
            reset();
            create(tasks, 3, store -> done(store, weight(5)));
            disks.get(0).damage(100);
            Opened opened = FleetStore.open(options(false), files, tasks);
            assertThat(opened)
                    .isInstanceOfSatisfying(
                            Opened.Ready.class,
                            ready -> assertThat(ready.remarks())
                                    .containsExactly("the fleet map on disk " + disk(0)
                                            + " cannot be read: the checksum does not hold"));
            ready(opened).close();
            disks.get(1).damage(7);
            open(
                    tasks,
                    store -> assertThat(weight(store))
                            .as("the first was written again")
                            .isEqualTo(5));
        });
    }

    @Test
    void shouldRefuseTheDisksOfAnotherFleet() {
        simulated(tasks -> {
            reset();
            create(tasks, 2, store -> {});
            assertThat(FleetStore.open(new FleetStore.Options(new UUID(8, 8), 3, false), files, tasks))
                    .isInstanceOfSatisfying(
                            Opened.Refused.class,
                            refused -> assertThat(refused.why()).contains("belongs to the fleet"));
        });
    }

    @Test
    void shouldLetDisksThatJoinHoldTheMap() {
        simulated(tasks -> {
            reset();
            create(tasks, 1, store -> {
                for (int i = 1; i < 5; i++) {
                    store.attach(disk(i), file(i));
                    done(store, add(i));
                }
                assertThat(store.holders()).containsExactly(disk(0), disk(1), disk(2));
                done(store, weight(5));
            });
            files.remove(disk(1));
            open(tasks, store -> {
                assertThat(weight(store)).isEqualTo(5);
                done(store, new FleetCommand.MarkAbsent(stamp(), disk(1)));
                assertThat(store.holders()).as("another takes the place").containsExactly(disk(0), disk(2), disk(3));
                done(store, weight(6));
            });
            files.remove(disk(0));
            open(tasks, store -> assertThat(weight(store)).isEqualTo(6));
        });
    }

    @Test
    void shouldMoveTheMapOffADiskThatIsRemoved() {
        simulated(tasks -> {
            reset();
            create(tasks, 1, store -> {
                store.attach(disk(1), file(1));
                done(store, add(1));
                done(store, new FleetCommand.MarkAbsent(stamp(), disk(1)));
                assertThat(store.holders()).containsExactly(disk(0));
                done(store, new FleetCommand.MarkPresent(stamp(), disk(1)));
                done(store, new FleetCommand.RemoveDisk(stamp(), disk(0)));
                assertThat(store.holders()).containsExactly(disk(1));
            });
            files.remove(disk(0));
            open(
                    tasks,
                    store -> assertThat(store.map().disk(disk(0)).orElseThrow().role())
                            .isEqualTo(FleetDisk.Role.REMOVED));
        });
    }

    @Test
    void shouldNotGiveTheMapToADiskThatCannotTakeIt() {
        simulated(tasks -> {
            reset();
            create(tasks, 1, store -> {
                store.attach(disk(1), file(1));
                disks.get(1).set(Fault.FAILS_AFTERWARDS);
                done(store, add(1));
                assertThat(store.holders()).containsExactly(disk(0));
                done(store, weight(5));
            });
            files.remove(disk(1));
            open(tasks, store -> assertThat(weight(store)).isEqualTo(5));
        });
    }

    @Test
    void shouldSpreadTheMapOverDomains() {
        FleetMap map = FleetMap.of(FLEET);
        for (int i = 0; i < 9; i++) {
            map = map.apply(new FleetCommand.AddDisk(
                            stamp(), disk(i), new Domains("", "r" + i / 3, "n" + i), 1 << 30, 1))
                    .map();
        }
        assertThat(Holders.choose(map, List.of(disk(1)), 3, _ -> true)).containsExactly(disk(1), disk(3), disk(6));
    }
}

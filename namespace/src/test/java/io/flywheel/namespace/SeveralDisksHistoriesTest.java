package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.DiskId;
import io.flywheel.namespace.EmbeddedNamespace.Opened;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Random histories of a namespace on several disks, compared with the model: the process is killed at any
/// point and the power fails, disks fail to write or to flush, are slow, go away and come back with what they
/// had, tables break. What was acknowledged is there after every start and every move, and what was not is
/// there whole and in its place or never.
///
/// `-Dnslog.seed=N` replays one, `-Dnslog.seeds=N` is the long form.
class SeveralDisksHistoriesTest {
    private static final long SEEDS = Long.getLong("nslog.seeds", 1000);
    private static final long ONE = Long.getLong("nslog.seed", 0);
    private static final int LIVES = 7;

    private int started;
    private int refused;
    private int unknown;
    private int moved;
    private int full;

    /// One history.
    private final class History {
        final DiskWorld world;
        final Histories histories;
        final ModelNamespace model;
        final Set<Integer> attached = new TreeSet<>();

        /// The command whose outcome is not known, which may have been carried out.
        Optional<Command> open = Optional.empty();

        boolean made;

        History(long seed) {
            int copies = 2 + (int) (seed % 4);
            // Every second has none to take the place of one that is lost.
            world = new DiskWorld(seed, seed % 8 < 4 ? 5 : copies, copies);
            histories = new Histories(world.random);
            model = new ModelNamespace(world.simulation.tasks());
        }

        void run() {
            for (int life = 0; life < LIVES; life++) {
                world.simulation.limitPoints(5_000_000);
                world.simulation.runUntilCrash(() -> live(some()));
                world.all().forEach(world::powerOff);
            }
            world.simulation.run(() -> {
                EmbeddedNamespace namespace = start(world.fleet(), world.all()).orElseThrow();
                namespace.close();
            });
        }

        /// The disks that are here: mostly all.
        private List<Integer> some() {
            List<Integer> some = world.all();
            while (made && world.random.nextInt(2) == 0) {
                some.remove(/* index */ world.random.nextInt(some.size()));
                if (some.isEmpty()) {
                    break;
                }
            }
            return some;
        }

        private boolean live(List<Integer> present) {
            FleetStore fleet = world.fleet();
            // Which lives a log shows that were cut off at their start cannot be told from an unknown command.
            if (open.isEmpty() && made && world.random.nextInt(3) == 0) {
                crashAfter(world.random.nextInt(400));
            }
            Optional<EmbeddedNamespace> opened = start(fleet, present);
            if (opened.isEmpty()) {
                return false;
            }
            EmbeddedNamespace namespace = opened.get();
            attached.clear();
            attached.addAll(present);
            if (world.random.nextInt(2) == 0) {
                crashAfter(world.random.nextInt(3000));
            }
            for (int i = world.random.nextInt(60); i > 0; i--) {
                if (world.random.nextInt(6) == 0) {
                    mishap(fleet, namespace);
                }
                command(namespace);
            }
            if (open.isEmpty() && !attached.isEmpty()) {
                answersAgree(namespace);
            }
            if (world.random.nextInt(3) == 0) {
                namespace.close();
                fleet.close();
            }
            return true;
        }

        private void crashAfter(int points) {
            world.simulation.tasks().start("crash", () -> {
                for (int i = 0; i < points; i++) {
                    world.simulation.tasks().yieldNow();
                }
                throw world.simulation.crash();
            });
        }

        private Optional<EmbeddedNamespace> start(FleetStore fleet, List<Integer> present) {
            List<DiskId> holders = fleet.map().namespaceHolders();
            long here = present.stream()
                    .filter(number -> holders.contains(DiskWorld.id(number)))
                    .count();
            boolean enough = holders.isEmpty() || here > holders.size() / 2;
            return switch (world.open(fleet, present, !made, false)) {
                case Opened.Ready(EmbeddedNamespace namespace) -> {
                    assertThat(enough).as("a majority is here").isTrue();
                    started++;
                    follow(namespace);
                    made = true;
                    answersAgree(namespace);
                    yield Optional.of(namespace);
                }
                case Opened.Refused(String why) -> {
                    assertThat(enough).as("a majority is here, and %s", why).isFalse();
                    assertThat(why).contains("fewer than a majority").contains("may be missing");
                    refused++;
                    yield Optional.empty();
                }
            };
        }

        /// Brings the model to where the namespace is after a start.
        private void follow(EmbeddedNamespace namespace) {
            long surplus = namespace.position() - model.position();
            if (open.isPresent()) {
                // The same command may have been logged several times; the last position is that of the start.
                for (; surplus > 1; surplus--) {
                    histories.happened(open.get(), model.apply(open.get()));
                }
                open = Optional.empty();
            }
            for (; surplus > 0; surplus--) {
                model.pass();
            }
            assertThat(namespace.position()).as("nothing acknowledged is lost").isEqualTo(model.position());
        }

        private void command(EmbeddedNamespace namespace) {
            Command command = open.orElseGet(() -> histories.next(model.deletions(0, 5)));
            boolean again = open.isPresent();
            open = Optional.of(command);
            Outcome outcome = namespace.apply(command);
            if (outcome.equals(Rules.refused(Outcome.Refusal.UNAVAILABLE))) {
                unknown++;
                return;
            }
            if (outcome.equals(Rules.refused(Outcome.Refusal.FULL))) {
                full++;
                open = again ? open : Optional.empty();
                return;
            }
            // Each time it was sent it may have been logged; all but the first are answered as the first.
            Outcome expected = model.apply(command);
            while (again && model.position() < namespace.position()) {
                expected = model.apply(command);
            }
            assertThat(outcome).as("%s", command).isEqualTo(expected);
            assertThat(namespace.position()).isEqualTo(model.position());
            histories.happened(command, outcome);
            open = Optional.empty();
        }

        private void answersAgree(EmbeddedNamespace namespace) {
            try {
                SameAnswers.all(histories, model, namespace);
            } catch (Namespace.Unreadable e) {
                assertThat(moved).as("no tables broke: %s", e).isPositive();
            }
        }

        /// The fleet knows of some disks that they are gone: others take their place.
        private void mark(FleetStore fleet, int number, boolean present) {
            if (world.random.nextInt(2) == 0) {
                Command.Stamp stamp = world.stamp();
                DiskId disk = DiskWorld.id(number);
                fleet.apply(
                        present ? new FleetCommand.MarkPresent(stamp, disk) : new FleetCommand.MarkAbsent(stamp, disk));
            }
        }

        private void mishap(FleetStore fleet, EmbeddedNamespace namespace) {
            int number = world.random.nextInt(world.logs.size());
            switch (world.random.nextInt(11)) {
                case 0 -> world.logs.get(number).faults().failNextWrite();
                case 1 -> world.logs.get(number).faults().failNextFlush();
                case 2 -> world.slow[number] = true;
                case 3 -> world.slow[number] = false;
                case 4 -> {
                    if (attached.remove(number)) {
                        namespace.detach(DiskWorld.id(number));
                        mark(fleet, number, false);
                        namespace.fleetChanged();
                    }
                }
                case 5, 6, 7 -> {
                    List<Integer> away = new ArrayList<>(world.all());
                    away.removeAll(attached);
                    if (!away.isEmpty()) {
                        int back = away.get(world.random.nextInt(away.size()));
                        world.powerOff(back);
                        mark(fleet, back, true);
                        attached.add(back);
                        namespace.attach(world.disk(back));
                    }
                }
                case 8, 9 -> world.simulation.tasks().sleep(Duration.ofSeconds(world.random.nextInt(40)));
                default -> {
                    int on = DiskWorld.number(namespace.tablesOn());
                    world.homes.get(on).fail(true);
                    moved++;
                }
            }
        }
    }

    @Test
    void shouldAnswerAsTheModelWhateverBecomesOfTheDisks() {
        for (long seed = ONE > 0 ? ONE : 1; seed <= (ONE > 0 ? ONE : SEEDS); seed++) {
            try {
                new History(seed).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        if (ONE == 0) {
            assertThat(started).as("starts").isGreaterThan((int) SEEDS);
            assertThat(refused).as("starts that were refused").isPositive();
            assertThat(unknown).as("unknown outcomes").isPositive();
            assertThat(moved).as("broken tables").isPositive();
            assertThat(full).as("full").isLessThan(started);
        }
    }
}

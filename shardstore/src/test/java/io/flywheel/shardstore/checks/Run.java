package io.flywheel.shardstore.checks;

import io.flywheel.base.Tasks;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.shardstore.Opened;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/// Executes a history, life by life; throws when it does what the contract forbids.
final class Run {
    /// No history that ends passes so many points.
    private static final long POINTS_MAX = 3_000_000;

    /// A store needs so many extents to keep its promises for full disks.
    private static final int EXTENTS_MIN = 9;

    private final List<Op> ops;
    private final Simulation simulation;
    private final Machine machine;
    private final Timeline timeline = new Timeline();
    private final Values values = new Values();
    private final Optional<Mirror> mirror;
    private final boolean comparesAlways;
    private boolean crashed;
    private int next;
    private End end = new End.Over();
    private Survivors armed = Survivors.NONE;
    /// So many starts may be cut short that deletes find no room.
    private final boolean mayRunOut;

    private boolean damaged;
    private boolean struck;
    private boolean spaceWasTaken;
    /// What an empty store has to offer; negative before the first life.
    private long freeBytesMin = -1;

    /// How a life ended.
    private sealed interface End {
        record Restart(boolean clean) implements End {}

        record PowerOff(Op.Crash crash) implements End {}

        /// Nothing is left to do.
        record Over() implements End {}
    }

    private Run(History history, BiFunction<Shape, Runnable, Machine> machines) {
        ops = history.ops();
        var config = history.config();
        simulation = new Simulation(config.seed(), config.schedule());
        simulation.limitPoints(POINTS_MAX);
        boolean faultless = ops.stream().noneMatch(op -> op instanceof Op.Strike || op instanceof Op.Flip);
        boolean sequential = ops.stream().noneMatch(op -> op instanceof Op.Together || op instanceof Op.Close);
        mirror = faultless && sequential ? Optional.of(new Mirror()) : Optional.empty();
        comparesAlways = ops.stream().noneMatch(op -> op instanceof Op.Crash || op instanceof Op.PowerOffAfter);
        mayRunOut = powerOffs(ops) > config.shape().powerOffsMax();
        machine = machines.apply(config.shape(), simulation.tasks()::yieldNow);
    }

    private static int powerOffs(List<Op> ops) {
        return ops.stream()
                .mapToInt(op -> switch (op) {
                    case Op.Crash crash -> 1 + crash.duringRecovery().size();
                    case Op.PowerOffAfter _ -> 1;
                    default -> 0;
                })
                .sum();
    }

    /// Runs a history against the engine.
    static void engine(History history) {
        on(DiskMachine::new, history);
    }

    /// Runs a history on a machine made of its shape, and of what the machine calls where another task may run.
    /// Returns a number that sums up what happened: a run that replays it returns the same.
    static long on(BiFunction<Shape, Runnable, Machine> machines, History history) {
        var run = new Run(history, machines);
        run.execute();
        return run.simulation.trace();
    }

    private void execute() {
        // Space that is short from the start: the store may plan with it.
        for (; next < ops.size() && ops.get(next) instanceof Op.Space(int extents); next++) {
            machine.space(extents);
            spaceWasTaken = extents < EXTENTS_MIN;
        }
        do {
            simulation.runUntilCrash(() -> {
                live();
                return true;
            });
            switch (end) {
                case End.Restart(boolean clean) -> {
                    timeline.endLife(clean, damaged);
                    machine.restart();
                }
                case End.PowerOff(var crash) -> {
                    crashed = true;
                    timeline.endLife(false, damaged);
                    machine.crash(crash.survivors());
                    crash.duringRecovery().forEach(changes -> dieDuringRecovery(changes, crash.survivors()));
                }
                case End.Over() -> timeline.endLife(false, damaged);
            }
        } while (!(end instanceof End.Over));
    }

    private void dieDuringRecovery(int changes, Survivors survivors) {
        machine.powerOffAfter(changes);
        simulation.runUntilCrash(() -> machine.open(simulation.tasks()));
        machine.crash(survivors);
    }

    private void live() {
        end = new End.PowerOff(new Op.Crash(armed, List.of()));
        var opened = machine.open(simulation.tasks());
        if (!(opened instanceof Opened.Ok(var store, var _))) {
            if (machine.isOff()) {
                return;
            }
            if (!damaged && !spaceWasTaken) {
                throw new CheckFailure("a disk that nothing happened to is refused: " + opened);
            }
            end = new End.Over();
            return;
        }
        if (damaged && machine.reportedDamage()) {
            timeline.doubtEverything();
        }
        if (!damaged && !struck && machine.reportedDamage()) {
            throw new CheckFailure("damage is reported on a disk that nothing happened to");
        }
        var life = new Life(store, timeline, values, machine, mirror, simulation.tasks()::yieldNow);
        life.mayBeCorrupt = damaged;
        life.mayBeFull = spaceWasTaken || mayRunOut;
        if (freeBytesMin < 0) {
            freeBytesMin = Math.max(0, store.space().freeBytes() - machine.slackBytes());
        }
        life.freeBytesMin = freeBytesMin;
        life.observeAll();
        if (machine.isOff()) {
            return;
        }
        if (crashed) {
            crashed = false;
            mirror.ifPresent(model -> model.follow(store));
        }
        mirror.ifPresent(model -> model.compare(store));
        var main = new Caller(life);
        while (next < ops.size() && !machine.isOff()) {
            switch (ops.get(next++)) {
                case Op.Call call -> main.run(call);
                case Op.Together(var callers) -> together(life, main, callers);
                case Op.Settle() -> main.settle();
                case Op.Regain() -> main.regain();
                case Op.CleanRestart() -> {
                    shutDown(life);
                    return;
                }
                case Op.Crash crash -> {
                    end = new End.PowerOff(crash);
                    return;
                }
                case Op.PowerOffAfter(int changes, var survivors) -> {
                    armed = survivors;
                    end = new End.PowerOff(new Op.Crash(armed, List.of()));
                    machine.powerOffAfter(changes);
                }
                case Op.Space(int extents) -> {
                    spaceWasTaken = true;
                    life.mayBeFull = true;
                    machine.space(extents);
                }
                case Op.Strike(var fault) -> strike(life, fault);
                case Op.Flip(int place, int bit) -> {
                    damaged = true;
                    life.mayBeCorrupt = true;
                    machine.flip(place, bit);
                }
            }
            if (comparesAlways) {
                mirror.ifPresent(model -> model.compare(store));
            }
        }
        if (machine.isOff()) {
            return;
        }
        life.observeAll();
        life.checkSpace();
        if (next == ops.size()) {
            // One more life looks at what is left.
            next++;
            shutDown(life);
        } else {
            store.close();
            end = new End.Over();
        }
    }

    private void strike(Life life, Op.Fault fault) {
        life.mayFailReads = true;
        life.mayFence = true;
        struck = true;
        if (fault.isSilent()) {
            damaged = true;
            life.mayBeCorrupt = true;
        }
        machine.strike(fault);
    }

    private void shutDown(Life life) {
        life.store.close();
        if (!machine.isOff()) {
            // On a disk without a free extent a shutdown writes no checkpoint, which proves what was persistent.
            end = new End.Restart(!life.mayFence && !(damaged && spaceWasTaken));
        }
    }

    private void together(Life life, Caller main, List<List<Op.Call>> callers) {
        var running = new ArrayList<Tasks.Task>();
        for (int number = 0; number < callers.size(); number++) {
            var caller = number == 0 ? new Caller(life, main.held()) : new Caller(life);
            var calls = callers.get(number);
            running.add(simulation.tasks().start("caller " + number, () -> calls.forEach(caller::run)));
        }
        running.forEach(Tasks.Task::join);
    }
}

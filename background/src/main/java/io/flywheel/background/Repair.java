package io.flywheel.background;

import static io.flywheel.base.Check.check;

import io.flywheel.background.SlotMove.Did;
import io.flywheel.base.Clock;
import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Random;
import io.flywheel.base.Slot;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.objects.DataPath;
import io.flywheel.objects.ObjectData;
import io.flywheel.objects.ShardCheck;
import io.flywheel.objects.ShardRebuild;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings redundancy back, where least is left first: moves the slots of disks that are missing for longer than the
/// grace, at once where no further loss could be borne, and those of disks that are drained; makes single shards anew
/// that were reported missing or wrong; and carries out every other move that was begun, also by an earlier start: what
/// moves is in the fleet map.
///
/// Where more shards are missing than the copyset spares nothing can be made, and nothing is begun: the disks may come
/// back.
public final class Repair implements Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Repair.class);

    private static final Duration LOOK = Duration.ofMillis(200);

    /// @param grace how long a disk may be missing before its shards are made anew elsewhere
    /// @param bytesPerSecond to and from each disk
    /// @param slowdownMax how much slower it is at most on disks that others use
    /// @param movesAtOnce slots that move at a time
    public record Options(Duration grace, long bytesPerSecond, double slowdownMax, int movesAtOnce) {
        public Options {
            check(!grace.isNegative(), "grace");
            check(movesAtOnce >= 1, "movesAtOnce");
        }
    }

    private record Where(int copyset, int slot) implements Comparable<Where> {
        private static final Comparator<Where> ORDER =
                Comparator.comparingInt(Where::copyset).thenComparingInt(Where::slot);

        @Override
        public int compareTo(Where other) {
            return ORDER.compare(this, other);
        }
    }

    /// A move under way, and when it may go on.
    private static final class Active {
        final SlotMove move;
        long dueNanos;
        String waits = "";

        Active(SlotMove move, long dueNanos) {
            this.move = move;
            this.dueNanos = dueNanos;
        }
    }

    private final Fleet fleet;
    private final Tasks tasks;
    private final Clock clock;
    private final Presence presence;
    private final DiskBudgets budgets;
    private final SlotMove.Services services;
    private final MoveChoice choice;
    private final ShardMending mending;
    private final Meter bytes;
    private final Meter slots;
    private final SortedMap<Where, Active> active = new TreeMap<>();
    private long seenVersion = -1;
    private long seenNanos;
    private long done;
    private volatile double bytesPerSecond;
    private volatile Progress progress = Progress.none();

    /// @param path apart from the one that users are served by: with buffers of its own
    public Repair(
            Fleet fleet,
            Namespace namespace,
            ObjectData data,
            DataPath path,
            Disks disks,
            DamageReports reports,
            Random random,
            Options options) {
        this.fleet = fleet;
        tasks = path.tasks();
        clock = path.clock();
        presence = new Presence(fleet.map(), disks, clock);
        budgets = new DiskBudgets(disks, clock, options.bytesPerSecond(), options.slowdownMax());
        var stamps = new SystemStamps(clock, random);
        var rebuild = new ShardRebuild(path);
        services = new SlotMove.Services(fleet, namespace, data, rebuild, disks, tasks, stamps);
        choice = new MoveChoice(fleet, namespace, disks, presence, random, stamps, options);
        mending = new ShardMending(
                fleet, namespace, rebuild, new ShardCheck(path.reading()), disks, presence, reports, clock);
        bytes = new Meter(clock);
        slots = new Meter(clock);
    }

    @Override
    public String name() {
        return "repair";
    }

    @Override
    public Progress progress() {
        return progress;
    }

    /// Bytes that were written per second, a recent mean.
    public double bytesPerSecond() {
        return bytesPerSecond;
    }

    @Override
    public Step step() {
        look();
        long now = clock.monotonicNanos();
        List<Where> next = nextMoves(now);
        Optional<ShardMending.Task> mend = mending.next();
        int moveLeft = next.isEmpty() ? Integer.MAX_VALUE : left(next.getFirst().copyset());
        Step step;
        if (mend.isPresent() && mend.get().left() <= moveLeft) {
            step = mend(mend.get());
        } else if (!next.isEmpty()) {
            step = move(next);
        } else {
            step = mending.isEmpty() && active.isEmpty() ? new Step.Idle() : new Step.Throttled(LOOK);
        }
        tell();
        return step;
    }

    /// Looks at the fleet, and begins what is due.
    private void look() {
        FleetMap map = fleet.map();
        long now = clock.monotonicNanos();
        if (map.version() == seenVersion && now - seenNanos < LOOK.toNanos()) {
            return;
        }
        presence.look(map);
        choice.begin();
        map = fleet.map();
        presence.look(map);
        seenVersion = map.version();
        seenNanos = now;
        var moving = new TreeMap<Where, Slot.Moving>();
        for (Copyset copyset : map.copysets()) {
            for (int slot = 0; slot < copyset.width(); slot++) {
                if (copyset.slots().get(slot) instanceof Slot.Moving found) {
                    moving.put(new Where(copyset.id(), slot), found);
                }
            }
        }
        active.entrySet().removeIf(entry -> !entry.getValue().move.moving().equals(moving.get(entry.getKey())));
        moving.forEach((where, slot) -> active.computeIfAbsent(where, _ -> {
            boolean fromWasTarget = !choice.wasRedirected(where.copyset(), where.slot(), slot);
            var move = new SlotMove(services, where.copyset(), where.slot(), slot, fromWasTarget);
            return new Active(move, now);
        }));
    }

    /// How many more shards of the copyset's blocks may be lost.
    private int left(int copyset) {
        return fleet.map().copyset(copyset).map(choice::left).orElse(Integer.MAX_VALUE);
    }

    /// The moves that may go on now, those with least redundancy left and no others.
    private List<Where> nextMoves(long now) {
        var byLeft = new TreeMap<Integer, List<Where>>();
        active.forEach((where, move) -> {
            if (move.dueNanos - now <= 0) {
                byLeft.computeIfAbsent(left(where.copyset()), _ -> new ArrayList<>())
                        .add(where);
            }
        });
        return byLeft.isEmpty() ? List.of() : byLeft.firstEntry().getValue();
    }

    /// Each makes a step, beside each other: they write to different disks, and none has enough to do for all.
    private Step move(List<Where> due) {
        var steps = new TreeMap<Where, Tasks.Promise<Did>>();
        for (Where where : due) {
            Active move = Objects.requireNonNull(active.get(where));
            Duration owed = owed(where);
            if (owed.isPositive()) {
                move.dueNanos = clock.monotonicNanos() + owed.toNanos();
            } else {
                steps.put(where, tasks.promise());
            }
        }
        var running = new ArrayList<Tasks.Task>();
        steps.forEach((where, did) -> {
            var move = Objects.requireNonNull(active.get(where)).move;
            running.add(tasks.start("move slot", () -> step(move, did)));
        });
        running.forEach(Tasks.Task::join);
        steps.forEach((where, did) -> did(where, did.await()));
        return new Step.Throttled(Duration.ZERO);
    }

    /// What it throws is thrown to who waits for it.
    private static void step(SlotMove move, Tasks.Promise<Did> did) {
        try {
            did.complete(move.step());
        } catch (RuntimeException e) {
            did.fail(e);
        }
    }

    private void did(Where where, Did did) {
        Active current = Objects.requireNonNull(active.get(where));
        current.waits = "";
        switch (did) {
            case Did.Moved(long moved) -> {
                bytes.add(moved);
                take(where, moved);
            }
            case Did.Waits(var delay, var why) -> {
                current.waits = why;
                current.dueNanos = clock.monotonicNanos() + delay.toNanos();
            }
            case Did.Over(boolean finished) -> {
                active.remove(where);
                if (finished) {
                    done++;
                    slots.add(1);
                    LOG.info(
                            "slot {} of copyset {} is on disk {} now",
                            where.slot(),
                            where.copyset(),
                            current.move.moving().to());
                }
            }
        }
    }

    private Step mend(ShardMending.Task task) {
        Duration owed = budgets.delay(task.disk());
        if (owed.isPositive()) {
            mending.later(task, owed);
            return new Step.Throttled(Duration.ZERO);
        }
        long moved = mending.mend(task);
        bytes.add(moved);
        budgets.take(task.disk(), moved, task.left() <= 0);
        return new Step.Throttled(Duration.ZERO);
    }

    /// The disks that a move writes to and reads from.
    private List<DiskId> involved(Where where) {
        var disks = new ArrayList<DiskId>();
        fleet.map()
                .copyset(where.copyset())
                .ifPresent(copyset -> copyset.slots().forEach(slot -> disks.add(slot.target())));
        return disks;
    }

    private Duration owed(Where where) {
        return involved(where).stream()
                .map(budgets::delay)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    private void take(Where where, long moved) {
        if (moved > 0) {
            boolean urgent = left(where.copyset()) <= 0;
            involved(where).forEach(disk -> budgets.take(disk, moved, urgent));
        }
    }

    private void tell() {
        var alarms = new ArrayList<String>(choice.alarms());
        active.values().stream()
                .map(move -> move.waits)
                .filter(why -> !why.isEmpty())
                .distinct()
                .limit(8)
                .forEach(alarms::add);
        alarms.addAll(mending.alarms());
        int pending = choice.pending();
        if (pending == 0 && active.isEmpty() && mending.isEmpty()) {
            done = 0;
        }
        String now = active.isEmpty() && mending.isEmpty()
                ? pending > 0 ? "waits until the grace of missing disks is over" : "all shards are where they should be"
                : active.size() + " slots are moving, " + mending.size() + " shards are to be mended";
        bytesPerSecond = bytes.perSecond();
        double perSecond = slots.perSecond();
        progress = Progress.of(now, "slots", done, done + pending, perSecond, alarms);
    }
}

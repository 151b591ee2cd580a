package io.flywheel.background;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Clock;
import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Random;
import io.flywheel.base.Slot;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetCommand.AddCopysets.NewCopyset;
import io.flywheel.namespace.fleet.FleetDisk;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.namespace.fleet.FleetOutcome;
import io.flywheel.objects.MappedFleet;
import io.flywheel.placement.CopysetLayout;
import io.flywheel.placement.CopysetLayout.Planned;
import io.flywheel.placement.DiskView;
import io.flywheel.placement.Shape;
import io.flywheel.placement.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the copysets in step with the fleet: makes those that new disks and new schemes need, and has slots moved
/// until every disk has its share. It only says which slots move, a few at a time, and none while redundancy is
/// missing anywhere; {@link Repair} moves them.
///
/// Disks that are missing for a moment change nothing: copysets are only made without them where a shape has none
/// at all. Slots of disks that are missing for longer, or drained, are the repair's.
public final class Rebalance implements Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Rebalance.class);

    /// So many to a command; the fleet map takes more.
    private static final int COPYSETS_PER_COMMAND = 4096;

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration FAILURE_WAIT = Duration.ofSeconds(10);

    private final Fleet fleet;
    private final Supplier<List<Shape>> shapes;
    private final Presence presence;
    private final Random random;
    private final SystemStamps stamps;
    private final Duration grace;
    private final int movesAtOnce;
    private Situation planned = new Situation(-1, List.of(), List.of());
    private boolean settled;
    private long done;
    private volatile Progress progress = Progress.none();

    /// What a plan depends on.
    private record Situation(long version, List<Shape> shapes, List<DiskId> missing) {}

    /// @param shapes that the schemes of now need, each once
    /// @param grace how long a disk may be missing before it is planned without it
    /// @param movesAtOnce slots that move at a time to balance
    public Rebalance(
            Fleet fleet,
            Supplier<List<Shape>> shapes,
            Disks disks,
            Clock clock,
            Random random,
            Duration grace,
            int movesAtOnce) {
        check(movesAtOnce >= 1, "movesAtOnce");
        this.fleet = fleet;
        this.shapes = shapes;
        this.random = random;
        this.grace = grace;
        this.movesAtOnce = movesAtOnce;
        presence = new Presence(fleet.map(), disks, clock);
        stamps = new SystemStamps(clock, random);
    }

    @Override
    public String name() {
        return "rebalance";
    }

    @Override
    public Progress progress() {
        return progress;
    }

    @Override
    public Step step() {
        presence.look(fleet.map());
        if (settled && situation().equals(planned)) {
            return new Step.Throttled(LOOK);
        }
        if (!addCopysets().isEmpty()) {
            return new Step.Throttled(FAILURE_WAIT);
        }
        settled = true;
        for (Shape shape : shapes.get()) {
            settled &= balance(shape);
        }
        planned = situation();
        return new Step.Throttled(LOOK);
    }

    private Situation situation() {
        FleetMap map = fleet.map();
        List<DiskId> missing = map.disks().keySet().stream()
                .filter(disk -> presence.isMissing(disk, grace))
                .toList();
        return new Situation(map.version(), shapes.get(), missing);
    }

    /// Makes the copysets that are missing. To be called once before a new fleet is written to.
    ///
    /// @return why shapes that are needed have none, or not all that they should have; empty when all is well
    public List<String> addCopysets() {
        presence.look(fleet.map());
        List<String> problems = new ArrayList<>();
        for (Shape shape : shapes.get()) {
            FleetMap map = fleet.map();
            boolean none = map.copysets().stream().noneMatch(copyset -> fits(shape, copyset));
            boolean complete = map.disks().values().stream()
                    .map(FleetDisk::id)
                    .allMatch(disk -> presence.isHere(disk) || presence.isMissing(disk, grace) || isRemoved(map, disk));
            if (none || complete) {
                switch (CopysetLayout.plan(snapshot(map), shape, random)) {
                    case Planned.Refused(var why) -> {
                        if (none) {
                            problems.add(why);
                        }
                    }
                    case Planned.Plan plan -> add(map, plan.added(), problems);
                }
            }
        }
        return problems;
    }

    private static boolean isRemoved(FleetMap map, DiskId disk) {
        return map.disk(disk)
                .map(known -> known.role() == FleetDisk.Role.REMOVED)
                .orElse(true);
    }

    private static boolean fits(Shape shape, Copyset copyset) {
        return copyset.width() == shape.width() && copyset.parity() == shape.parity();
    }

    /// The fleet without those that are missing.
    private Snapshot snapshot(FleetMap map) {
        List<DiskView> views = MappedFleet.Topology.views(map).stream()
                .map(view -> presence.isHere(view.id()) ? view : view.leave())
                .toList();
        return Snapshot.of(views, map.copysets());
    }

    private void add(FleetMap map, List<CopysetLayout.Addition> added, List<String> problems) {
        int first = map.copysets().size();
        for (int from = 0; from < added.size(); from += COPYSETS_PER_COMMAND) {
            List<NewCopyset> copysets =
                    added.subList(from, Math.min(added.size(), from + COPYSETS_PER_COMMAND)).stream()
                            .map(addition -> new NewCopyset(addition.parity(), addition.level(), addition.disks()))
                            .toList();
            var command = new FleetCommand.AddCopysets(stamps.next(), first + from, copysets);
            if (fleet.apply(command) instanceof FleetOutcome.Refused refused) {
                problems.add("copysets cannot be added: " + refused.refusal() + " " + refused.detail());
                return;
            }
            LOG.info(
                    "{} copysets of {} disks added",
                    copysets.size(),
                    copysets.getFirst().disks().size());
        }
    }

    /// Has some of the slots moved that are due; false when there is more to do.
    private boolean balance(Shape shape) {
        FleetMap map = fleet.map();
        if (!(CopysetLayout.plan(snapshot(map), shape, random) instanceof Planned.Plan plan)) {
            return true;
        }
        // What leaves is the repair's.
        List<CopysetLayout.Move> moves = plan.moves().stream()
                .filter(move -> presence.isHere(move.from()) && !presence.isDraining(move.from()))
                .toList();
        long moving = map.copysets().stream()
                .flatMap(copyset -> copyset.slots().stream())
                .filter(Slot.Moving.class::isInstance)
                .count();
        boolean whole = map.copysets().stream()
                .allMatch(copyset -> copyset.slots().stream()
                        .allMatch(slot -> presence.isWhole(slot) && !presence.isDraining(slot.target())));
        if (moves.isEmpty() && moving == 0) {
            done = 0;
        }
        progress = Progress.of(
                whole ? "moves slots until each disk has its share" : "waits for the repair",
                "slots",
                done,
                moves.isEmpty() ? 0 : done + moves.size(),
                0,
                List.of());
        if (moves.isEmpty()) {
            return plan.added().isEmpty();
        }
        for (CopysetLayout.Move move : moves) {
            if (!whole || moving >= movesAtOnce) {
                return false;
            }
            int epoch = map.copyset(move.copyset()).orElseThrow().epoch();
            var command = new FleetCommand.BeginMove(stamps.next(), move.copyset(), epoch, move.slot(), move.to());
            if (fleet.apply(command) instanceof FleetOutcome.SlotChanged) {
                LOG.info("slot {} of copyset {} is to balance the disks", move.slot(), move.copyset());
                done++;
                moving++;
            }
        }
        return false;
    }
}

package io.flywheel.background;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Random;
import io.flywheel.base.Slot;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.namespace.fleet.FleetOutcome;
import io.flywheel.objects.MappedFleet;
import io.flywheel.placement.CopysetLayout;
import io.flywheel.placement.DiskView;
import io.flywheel.placement.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which slots are to move because their disk is missing or drained, and where. For one task at a time.
final class MoveChoice {
    private static final Logger LOG = LoggerFactory.getLogger(MoveChoice.class);

    /// A disk that is fuller takes no slots.
    private static final double FREE_MIN = 0.02;

    private static final int ALARMS_MAX = 8;

    private final Fleet fleet;
    private final Namespace namespace;
    private final Disks disks;
    private final Presence presence;
    private final Random random;
    private final SystemStamps stamps;
    private final Repair.Options options;
    private final List<String> alarms = new ArrayList<>();
    /// Moves that were sent elsewhere in this life: writers of the epoch before used another disk.
    private final SortedMap<String, Slot.Moving> redirected = new TreeMap<>();
    private int pending;

    MoveChoice(
            Fleet fleet,
            Namespace namespace,
            Disks disks,
            Presence presence,
            Random random,
            SystemStamps stamps,
            Repair.Options options) {
        this.fleet = fleet;
        this.namespace = namespace;
        this.disks = disks;
        this.presence = presence;
        this.random = random;
        this.stamps = stamps;
        this.options = options;
    }

    /// @param left how many more shards may be lost
    private record Due(Copyset copyset, int slot, int left, boolean drained) {
        private static final Comparator<Due> ORDER = Comparator.comparing(Due::drained)
                .thenComparingInt(Due::left)
                .thenComparingInt(due -> due.copyset.id())
                .thenComparingInt(Due::slot);
    }

    /// How many more shards of the copyset's blocks may be lost; negative where blocks cannot be read.
    int left(Copyset copyset) {
        long broken =
                copyset.slots().stream().filter(slot -> !presence.isWhole(slot)).count();
        return copyset.parity() - (int) broken;
    }

    /// Begins what is due, as far as not too many slots move already.
    void begin() {
        alarms.clear();
        FleetMap map = fleet.map();
        var due = new ArrayList<Due>();
        pending = 0;
        int moving = 0;
        for (Copyset copyset : map.copysets()) {
            int left = left(copyset);
            for (int slot = 0; slot < copyset.width(); slot++) {
                Slot now = copyset.slots().get(slot);
                moving += now instanceof Slot.Moving ? 1 : 0;
                boolean whole = presence.isWhole(now);
                pending += !whole || now instanceof Slot.Moving || presence.isDraining(now.target()) ? 1 : 0;
                if (isDue(now, left)) {
                    due.add(new Due(copyset, slot, left, presence.isHere(now.target())));
                }
            }
            if (left < 0 && copyset.parity() > 0 && namespace.hasBlocks(copyset.id())) {
                alarm("copyset " + copyset.id() + " lacks " + (copyset.parity() - left) + " disks and spares "
                        + copyset.parity() + ": blocks of it cannot be read until some return");
            }
        }
        due.sort(Due.ORDER);
        for (Due next : due) {
            boolean moves = next.copyset.slots().get(next.slot) instanceof Slot.Moving;
            if (moving >= options.movesAtOnce() && !moves) {
                return;
            }
            moving += begin(next) && !moves ? 1 : 0;
        }
    }

    private boolean isDue(Slot slot, int left) {
        if (slot instanceof Slot.Moving && presence.isHere(slot.target())) {
            return false;
        }
        if (presence.isHere(slot.target())) {
            return presence.isDraining(slot.target());
        }
        // A missing disk that is drained was given up by its operator: nobody waits for it.
        boolean awaited = !presence.isDraining(slot.target()) && !presence.isMissing(slot.target(), options.grace());
        return left >= 0 && (left == 0 || !awaited);
    }

    private boolean begin(Due due) {
        FleetMap map = fleet.map();
        Copyset copyset = map.copyset(due.copyset.id()).orElseThrow();
        Slot slot = copyset.slots().get(due.slot);
        Optional<DiskId> to = CopysetLayout.replacement(snapshot(map), copyset, due.slot, random);
        if (slot instanceof Slot.Moving(DiskId from, DiskId _)
                && presence.isHere(from)
                && to.map(from::equals).orElse(true)) {
            // Back to where it comes from.
            return changed(new FleetCommand.AbortMove(stamps.next(), copyset.id(), copyset.epoch(), due.slot));
        }
        if (to.isEmpty()) {
            alarm("no disk may take slot " + due.slot + " of copyset " + copyset.id() + " from disk " + slot.target());
            return false;
        }
        var begin = new FleetCommand.BeginMove(stamps.next(), copyset.id(), copyset.epoch(), due.slot, to.get());
        if (!changed(begin)) {
            return false;
        }
        LOG.info(
                "slot {} of copyset {} moves to disk {}: disk {} is {}",
                due.slot,
                copyset.id(),
                to.get(),
                slot.target(),
                due.drained ? "drained" : "missing");
        if (slot instanceof Slot.Moving(DiskId from, DiskId _)) {
            redirected.put(key(copyset.id(), due.slot), new Slot.Moving(from, to.get()));
        }
        return true;
    }

    private boolean changed(FleetCommand command) {
        if (fleet.apply(command) instanceof FleetOutcome.Refused refused) {
            alarm("the fleet map refuses a move: " + refused.refusal() + " " + refused.detail());
            return false;
        }
        return true;
    }

    private static String key(int copyset, int slot) {
        return copyset + "/" + slot;
    }

    /// Whether the move took the place of another one to a disk that was lost.
    boolean wasRedirected(int copyset, int slot, Slot.Moving moving) {
        return moving.equals(redirected.get(key(copyset, slot)));
    }

    private Snapshot snapshot(FleetMap map) {
        List<DiskView> views =
                MappedFleet.Topology.views(map).stream().map(this::seen).toList();
        return Snapshot.of(views, map.copysets());
    }

    private DiskView seen(DiskView view) {
        if (!presence.isHere(view.id())) {
            DiskView absent = view.with(DiskView.Health.ABSENT);
            return presence.isMissing(view.id(), options.grace()) ? absent.leave() : absent;
        }
        var space = disks.disk(view.id()).map(disk -> disk.store(_ -> 0).space());
        boolean full = space.isPresent()
                && space.get().freeBytes() + space.get().garbageBytes()
                        < FREE_MIN * space.get().totalBytes();
        return view.with(full ? DiskView.Health.SUSPECT : DiskView.Health.HEALTHY);
    }

    private void alarm(String what) {
        if (alarms.size() < ALARMS_MAX) {
            alarms.add(what);
        }
    }

    List<String> alarms() {
        return alarms;
    }

    /// Slots that are not where they should be, or not whole.
    int pending() {
        return pending;
    }
}

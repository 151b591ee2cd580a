package io.flywheel.placement;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains.Level;
import io.flywheel.base.Random;
import java.util.List;
import java.util.Optional;

/// Which disks hold blocks together. After Cidon and others, "Copysets: Reducing the Frequency of Data Loss in
/// Cloud Storage" (ATC'13): every block lies in one of few sets of disks, so that an outage of many disks
/// seldom hits all of a set, and enough of them that a lost disk is rebuilt by many others.
///
/// - A disk has slots in proportion to its weight ({@link Shares} says what else bounds it), within one slot.
/// - No domain of the protected level has more than m slots of a copyset; the level is the highest at which
///   that leaves at least half of the weight in use. Below and above it, every domain has its expected number
///   of slots, rounded up at most, so that racks and nodes are shared evenly too.
/// - A disk of mean weight is in {@link Shape#copysetsPerDisk} copysets, give or take one: it shares blocks
///   with at most n−1 others for each. When a fleet shrinks its copysets stay, and the disks that remain share
///   them.
/// - A change of the fleet adds copysets in proportion to the disks, and moves only what is due: every slot of
///   a disk that leaves, and for a disk that is off its share by whole slots, that many. Disks that are off by
///   less than one slot give or take only what one of those needs.
/// - Of a copyset's slots the first k hold the data and are read: each disk has its part of those.
public final class CopysetLayout {
    private CopysetLayout() {}

    /// A copyset to be made.
    public record Addition(int parity, Level level, List<DiskId> disks) {}

    /// A slot to be moved. Moves of one copyset are made one after the other.
    public record Move(int copyset, int slot, DiskId from, DiskId to) {}

    /// What a plan came to.
    public sealed interface Planned {
        /// @param level at which new copysets survive the loss of a whole domain
        /// @param usable the part of the fleet's weight that blocks of this shape can fill; less than 1 where
        ///     some disks or domains are too large for the others
        /// @param stuck slots of leaving disks that no other disk may take
        record Plan(Level level, double usable, List<Addition> added, List<Move> moves, int stuck) implements Planned {}

        record Refused(String why) implements Planned {}
    }

    /// Makes the copysets of a shape for a new fleet, or says what to change after the fleet has changed. The
    /// same snapshot and random numbers give the same plan; a plan that was carried out is followed by an empty
    /// one.
    public static Planned plan(Snapshot fleet, Shape shape, Random random) {
        List<DiskView> taking =
                fleet.disks().stream().filter(DiskView::takesSlots).toList();
        Optional<Shares> shares = Shares.best(taking, shape.width(), shape.parity());
        if (shares.isEmpty()) {
            return new Planned.Refused(
                    "a copyset needs " + shape.width() + " disks; the fleet has " + taking.size() + " that take data");
        }
        List<Copyset> existing = fleet.copysets().stream().filter(shape::fits).toList();
        Draft draft = new Draft(fleet, taking, shape, shares.get(), existing);
        new Filling(draft, random).fill();
        Balancing balancing = new Balancing(draft, random);
        balancing.settleNew();
        int stuck = balancing.leave();
        balancing.settle();
        return new Planned.Plan(
                shares.get().level(), shares.get().usable(), draft.additions(random), balancing.moves(), stuck);
    }

    /// Which disk should take over a slot whose disk is lost: the one that lacks most to its share, and may by
    /// the rules of the copyset. Empty when there is none.
    public static Optional<DiskId> replacement(Snapshot fleet, Copyset copyset, int slot, Random random) {
        List<DiskView> taking = fleet.disks().stream()
                .filter(disk -> disk.takesSlots() && disk.health() == DiskView.Health.HEALTHY)
                .toList();
        Shape shape = new Shape(copyset.width(), copyset.parity(), 1);
        List<Copyset> existing = fleet.copysets().stream().filter(shape::fits).toList();
        Shares shares = Shares.best(taking, shape.width(), shape.parity()).orElseGet(() -> Shares.even(taking, shape));
        Draft draft = new Draft(fleet, taking, shape, shares, existing);
        return new Balancing(draft, random).replacement(existing.indexOf(copyset), slot);
    }
}

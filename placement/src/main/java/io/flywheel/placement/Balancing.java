package io.flywheel.placement;

import io.flywheel.base.DiskId;
import io.flywheel.base.Random;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Moves slots until every disk has its share, within one slot, with as few moves as that takes.
final class Balancing {
    /// Slots of copysets that hold nothing yet cost nothing to move.
    private static final double FREE = 0.5;

    /// Slots that hold shards are moved for whole slots only.
    private static final double WHOLE = 1;

    private final Draft draft;
    private final long[] ties;
    private final List<CopysetLayout.Move> moves = new ArrayList<>();

    /// The disks that take slots, those that lack most first.
    private final TreeSet<Integer> byExcess;

    Balancing(Draft draft, Random random) {
        this.draft = draft;
        ties = new long[draft.counts.length];
        for (int place : draft.taking) {
            ties[place] = random.nextLong();
        }
        byExcess = new TreeSet<>(Comparator.<Integer>comparingDouble(draft::excess)
                .thenComparingLong(place -> ties[place])
                .thenComparingInt(place -> place));
        for (int place : draft.taking) {
            byExcess.add(place);
        }
    }

    List<CopysetLayout.Move> moves() {
        return List.copyOf(moves);
    }

    /// Among the new copysets alone.
    void settleNew() {
        settle(true, FREE);
    }

    void settle() {
        settle(false, WHOLE);
    }

    /// Moves the slots of the disks that leave; returns how many had nowhere to go.
    int leave() {
        int stuck = 0;
        for (int copyset = 0; copyset < draft.members.size(); copyset++) {
            int[] slots = draft.members.get(copyset);
            for (int slot = 0; slot < slots.length; slot++) {
                if (!draft.fleet.disks().get(slots[slot]).takesSlots() && draft.movable(copyset, slot)) {
                    Optional<Integer> to = successor(copyset, slot);
                    if (to.isPresent()) {
                        move(copyset, slot, to.get());
                    } else {
                        stuck++;
                    }
                }
            }
        }
        return stuck;
    }

    Optional<DiskId> replacement(int copyset, int slot) {
        return successor(copyset, slot)
                .map(place -> draft.fleet.disks().get(place).id());
    }

    /// Who lacks most of those that may have the slot: where domains keep their expected numbers, else by the
    /// copyset's own rule.
    private Optional<Integer> successor(int copyset, int slot) {
        int[] slots = draft.members.get(copyset);
        for (int place : byExcess) {
            if (draft.fits(place, slots, slots.length, slot) && mayTake(place, copyset, slot)) {
                return Optional.of(place);
            }
        }
        for (int place : byExcess) {
            if (mayTake(place, copyset, slot)) {
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }

    private boolean mayTake(int place, int copyset, int slot) {
        return draft.isNew(copyset)
                || (place != draft.members.get(copyset)[slot] && draft.allowed(place, copyset, slot));
    }

    private void settle(boolean newOnly, double tolerance) {
        List<Integer> given = new ArrayList<>();
        while (!byExcess.isEmpty()) {
            int poorest = byExcess.first();
            int richest = byExcess.last();
            boolean lacks = draft.excess(poorest) <= -tolerance;
            boolean abounds = draft.excess(richest) >= tolerance;
            if (!lacks && !abounds) {
                break;
            }
            boolean helped = lacks ? take(poorest, newOnly) : give(richest, newOnly);
            if (!helped) {
                int stuck = lacks ? poorest : richest;
                byExcess.remove(stuck);
                given.add(stuck);
            }
        }
        byExcess.addAll(given);
    }

    /// Takes a slot for the disk from one that has most beyond its share.
    private boolean take(int to, boolean newOnly) {
        for (int from : byExcess.descendingSet()) {
            if (draft.excess(from) - draft.excess(to) <= 1) {
                return false;
            }
            if (handOver(from, to, newOnly)) {
                return true;
            }
        }
        return false;
    }

    /// Gives a slot of the disk to one that lacks most.
    private boolean give(int from, boolean newOnly) {
        for (int to : byExcess) {
            if (draft.excess(from) - draft.excess(to) <= 1) {
                return false;
            }
            if (handOver(from, to, newOnly)) {
                return true;
            }
        }
        return false;
    }

    private boolean handOver(int from, int to, boolean newOnly) {
        List<Integer> copysets = draft.copysetsOf.get(from);
        // The newest first: a copyset that is yet to be made moves for nothing.
        for (int i = copysets.size() - 1; i >= 0; i--) {
            int copyset = copysets.get(i);
            if (newOnly && !draft.isNew(copyset)) {
                continue;
            }
            int[] slots = draft.members.get(copyset);
            int slot = indexOf(slots, from);
            if (draft.movable(copyset, slot)
                    && draft.fits(to, slots, slots.length, slot)
                    && mayTake(to, copyset, slot)) {
                move(copyset, slot, to);
                return true;
            }
        }
        return false;
    }

    private void move(int copyset, int slot, int to) {
        int from = draft.members.get(copyset)[slot];
        boolean ranked = byExcess.remove(from);
        byExcess.remove(to);
        draft.replace(copyset, slot, to);
        byExcess.add(to);
        if (ranked) {
            byExcess.add(from);
        }
        if (!draft.isNew(copyset)) {
            moves.add(new CopysetLayout.Move(
                    draft.existing(copyset).id(),
                    slot,
                    draft.fleet.disks().get(from).id(),
                    draft.fleet.disks().get(to).id()));
        }
    }

    private static int indexOf(int[] slots, int place) {
        for (int i = 0; i < slots.length; i++) {
            if (slots[i] == place) {
                return i;
            }
        }
        throw new IllegalStateException("a disk has a slot of each of its copysets");
    }
}

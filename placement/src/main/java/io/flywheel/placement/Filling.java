package io.flywheel.placement;

import static io.flywheel.base.Check.checkState;

import io.flywheel.base.Random;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Draws the copysets that a fleet lacks. Each disk is due for its slots at even intervals, the shorter the
/// larger its share, each time shifted by chance; a copyset takes the disks that are due first, as far as their
/// domains have room. With equal disks that is the random permutation of the paper, cut into copysets.
///
/// It never comes to a dead end: the bounds of the domains are a laminar matroid that holds the shares as a
/// fractional point, so that any independent set can be extended to n disks.
final class Filling {
    private record Due(double time, int place) {}

    private final Draft draft;
    private final Random random;
    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparingDouble(Due::time).thenComparingInt(Due::place));

    Filling(Draft draft, Random random) {
        this.draft = draft;
        this.random = random;
    }

    void fill() {
        int missing = draft.missing();
        if (missing == 0) {
            return;
        }
        for (int place : draft.taking) {
            queue.add(due(place));
        }
        for (int i = 0; i < missing; i++) {
            draft.add(next());
        }
    }

    private int[] next() {
        int[] slots = new int[draft.shape.width()];
        int count = 0;
        List<Due> passed = new ArrayList<>();
        while (count < slots.length) {
            Due first = queue.poll();
            checkState(first != null, "the shares hold a block");
            passed.add(first);
            if (draft.fits(first.place, slots, count, -1)) {
                slots[count++] = first.place;
                passed.removeLast();
            }
        }
        queue.addAll(passed);
        for (int place : slots) {
            draft.counts[place]++;
            queue.add(due(place));
            draft.counts[place]--;
        }
        return slots;
    }

    private Due due(int place) {
        double slots = draft.counts[place] + Chance.fraction(random);
        return new Due(slots / draft.targets[place], place);
    }
}

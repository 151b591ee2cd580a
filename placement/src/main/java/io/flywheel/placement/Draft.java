package io.flywheel.placement;

import io.flywheel.base.Copyset;
import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import io.flywheel.base.Random;
import io.flywheel.base.Slot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Copysets of one shape while they are being laid out. Disks are named by their places in the snapshot.
final class Draft {
    private static final List<Level> LEVELS = List.of(Level.NODE, Level.RACK, Level.ZONE);

    /// Expected numbers of slots are whole when they are that near.
    private static final double ROUNDING = 1e-6;

    final Snapshot fleet;
    final Shape shape;

    /// The places of the disks that take slots, rising.
    final int[] taking;

    /// By place: the slots that the disk should have in all; 0 for disks that take none.
    final double[] targets;

    /// By place: the slots that it has.
    final int[] counts;

    /// The copysets that are there, followed by those to be made; each slot's place.
    final List<int[]> members = new ArrayList<>();

    /// By place: the copysets in which it has a slot.
    final List<List<Integer>> copysetsOf = new ArrayList<>();

    private final Shares shares;
    private final List<Copyset> existing;

    /// By level and place: which domain, and by level and domain: the slots it may have in one copyset.
    private final int[][] domains = new int[LEVELS.size()][];

    private final int[][] caps = new int[LEVELS.size()][];

    Draft(Snapshot fleet, List<DiskView> taking, Shape shape, Shares shares, List<Copyset> existing) {
        this.fleet = fleet;
        this.shape = shape;
        this.shares = shares;
        this.existing = existing;
        this.taking = taking.stream().mapToInt(disk -> fleet.place(disk.id())).toArray();
        int disks = fleet.disks().size();
        targets = new double[disks];
        counts = new int[disks];
        for (int i = 0; i < disks; i++) {
            copysetsOf.add(new ArrayList<>());
        }
        existing.forEach(copyset -> add(copyset.slots().stream()
                .mapToInt(slot -> fleet.place(slot.target()))
                .toArray()));
        int copysets = Math.max(existing.size(), wanted());
        for (int i = 0; i < this.taking.length; i++) {
            targets[this.taking[i]] = copysets * shares.slots()[i];
        }
        for (int level = 0; level < LEVELS.size(); level++) {
            findDomains(level);
        }
    }

    private int wanted() {
        return taking.length == 1 ? 1 : Math.ceilDiv(taking.length * shape.copysetsPerDisk(), shape.width());
    }

    private void findDomains(int level) {
        Map<Domains, Integer> numbers = new HashMap<>();
        int[] domainOf = new int[fleet.disks().size()];
        for (int place = 0; place < domainOf.length; place++) {
            Domains domain = fleet.disks().get(place).domains().at(LEVELS.get(level));
            domainOf[place] = numbers.computeIfAbsent(domain, _ -> numbers.size());
        }
        double[] expected = new double[numbers.size()];
        for (int i = 0; i < taking.length; i++) {
            expected[domainOf[taking[i]]] += shares.slots()[i];
        }
        domains[level] = domainOf;
        caps[level] = Arrays.stream(expected)
                .mapToInt(slots -> Math.max(1, (int) Math.ceil(slots - ROUNDING)))
                .toArray();
    }

    /// Copysets to be made before there are as many as the fleet should have.
    int missing() {
        return Math.max(0, wanted() - members.size());
    }

    void add(int[] slots) {
        int copyset = members.size();
        members.add(slots);
        for (int place : slots) {
            counts[place]++;
            copysetsOf.get(place).add(copyset);
        }
    }

    boolean isNew(int copyset) {
        return copyset >= existing.size();
    }

    /// Whether the slot is held, so that it may be moved.
    boolean movable(int copyset, int slot) {
        return isNew(copyset) || existing.get(copyset).slots().get(slot) instanceof Slot.Held;
    }

    Copyset existing(int copyset) {
        return existing.get(copyset);
    }

    /// Slots that the disk has beyond its share; negative where it lacks some.
    double excess(int place) {
        return counts[place] - targets[place];
    }

    /// Whether the disk may stand beside the first {@code count} of {@code slots}, the one at {@code except}
    /// left out: it is not among them, and every domain keeps to its expected number.
    boolean fits(int place, int[] slots, int count, int except) {
        for (int level = 0; level < LEVELS.size(); level++) {
            int domain = domains[level][place];
            int beside = 0;
            for (int at = 0; at < count; at++) {
                if (at != except) {
                    if (slots[at] == place) {
                        return false;
                    }
                    beside += domains[level][slots[at]] == domain ? 1 : 0;
                }
            }
            if (beside >= caps[level][domain]) {
                return false;
            }
        }
        return true;
    }

    /// Whether the disk may take the slot of a copyset that is there by that copyset's own rule alone.
    boolean allowed(int place, int copyset, int slot) {
        Level level = existing.get(copyset).level();
        int beside = 0;
        int[] slots = members.get(copyset);
        for (int at = 0; at < slots.length; at++) {
            if (at != slot) {
                if (slots[at] == place) {
                    return false;
                }
                beside += level != Level.DISK
                                && domains[LEVELS.indexOf(level)][slots[at]] == domains[LEVELS.indexOf(level)][place]
                        ? 1
                        : 0;
            }
        }
        return level == Level.DISK || beside < shape.parity();
    }

    /// Gives the slot to another disk.
    void replace(int copyset, int slot, int place) {
        int[] slots = members.get(copyset);
        counts[slots[slot]]--;
        copysetsOf.get(slots[slot]).remove(Integer.valueOf(copyset));
        slots[slot] = place;
        counts[place]++;
        copysetsOf.get(place).add(copyset);
    }

    /// The new copysets, each with its slots in an order by which all disks have their part of those that hold
    /// data.
    List<CopysetLayout.Addition> additions(Random random) {
        int data = shape.width() - shape.parity();
        int[] placed = new int[counts.length];
        int[] read = new int[counts.length];
        List<CopysetLayout.Addition> additions = new ArrayList<>();
        for (int copyset = 0; copyset < members.size(); copyset++) {
            int[] slots = members.get(copyset);
            if (isNew(copyset)) {
                order(slots, placed, read, random);
                additions.add(new CopysetLayout.Addition(
                        shape.parity(),
                        shares.level(),
                        Arrays.stream(slots)
                                .mapToObj(place -> fleet.disks().get(place).id())
                                .toList()));
            }
            for (int slot = 0; slot < slots.length; slot++) {
                placed[slots[slot]]++;
                read[slots[slot]] += slot < data ? 1 : 0;
            }
        }
        return additions;
    }

    /// First the disks that were read least for the slots they have.
    private void order(int[] slots, int[] placed, int[] read, Random random) {
        double share = (double) (shape.width() - shape.parity()) / shape.width();
        record Candidate(int place, double surplus, long tie) {}
        int[] ordered = Arrays.stream(slots)
                .mapToObj(place -> new Candidate(place, read[place] - share * placed[place], random.nextLong()))
                .sorted((a, b) -> {
                    int bySurplus = Double.compare(a.surplus, b.surplus);
                    return bySurplus != 0 ? bySurplus : Long.compare(a.tie, b.tie);
                })
                .mapToInt(Candidate::place)
                .toArray();
        System.arraycopy(ordered, 0, slots, 0, slots.length);
    }
}

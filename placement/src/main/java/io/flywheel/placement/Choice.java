package io.flywheel.placement;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import io.flywheel.base.Random;
import io.flywheel.erasure.Scheme;
import io.flywheel.placement.Choice.Chosen.Refused;
import io.flywheel.placement.Snapshot.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Where new blocks go. Two copysets are drawn that can take the block, and the cooler and emptier wins: that
/// keeps loads nearly even, as choosing the best of all would, but does not send everybody to the same place
/// while what is known of the loads is a moment old (Mitzenmacher, "The Power of Two Choices in Randomized Load
/// Balancing", 2001). As every copyset is drawn as often as another, disks fill in proportion to their slots,
/// hence to their weights.
///
/// What a copyset costs is the root mean square of the heat of its disks, so that one hot disk counts for more
/// than several warm ones: a write waits for the slowest. To that comes how much fuller than the fleet its
/// disks are on average: 5 % of the capacity count as much as the mean heat. Disks that are new and empty are
/// not overrun: of two draws, no copyset wins more than twice its share.
///
/// Made from a snapshot and thrown away with it; stateless beyond that, so any thread may use it.
public final class Choice {
    private static final int DRAWS_MAX = 8;

    /// Which copyset a block may be put into, by which slots, and what that costs.
    private record Candidate(Copyset copyset, List<Integer> slots, double cost) {}

    private interface Fit {
        Optional<Candidate> candidate(Copyset copyset);
    }

    private final Snapshot fleet;

    public Choice(Snapshot fleet) {
        this.fleet = fleet;
    }

    /// What a choice came to.
    public sealed interface Chosen {
        /// @param epoch of the copyset: disks refuse the shards when it has become another
        /// @param scheme that the block is to have; narrower than asked for where disks are missing
        /// @param slots for each shard, in order, the slot of the copyset
        /// @param disks for each shard, in order, the disk to write it to
        record Placed(int copyset, int epoch, Scheme scheme, List<Integer> slots, List<DiskId> disks)
                implements Chosen {
            /// Bit i tells whether slot i is used. Slots rise with the shards, so it says which has which.
            public int slotMask() {
                int mask = 0;
                for (int slot : slots) {
                    mask |= 1 << slot;
                }
                return mask;
            }
        }

        /// There are disks enough, but no room on them.
        record Full(String why) implements Chosen {}

        record Refused(String why) implements Chosen {}
    }

    /// Chooses for a block of so many bytes. Where no copyset can take all shards, m is kept and k is narrowed
    /// to what some can take: six disks of which one is dead hold `rs(3,2)` where they held `rs(4,2)`.
    public Chosen choose(Scheme scheme, long blockBytes, Random random) {
        List<Copyset> copysets = copysets(scheme);
        if (copysets.isEmpty()) {
            return new Refused("no copyset was made for " + scheme);
        }
        for (int data = scheme.dataShards(); data >= 1; data--) {
            int shards = data + scheme.parityShards();
            long shardBytes = Math.ceilDiv(blockBytes, data);
            Optional<Candidate> best = better(copysets, random, copyset -> {
                List<Integer> slots = writableSlots(copyset, shardBytes);
                return slots.size() < shards
                        ? Optional.empty()
                        : Optional.of(candidate(copyset, slots.subList(0, shards)));
            });
            if (best.isPresent()) {
                boolean whole = data == scheme.dataShards();
                return placed(best.get(), whole ? scheme : new Scheme.Rs(data, scheme.parityShards()));
            }
        }
        return refused(scheme, copysets, scheme.parityShards() + 1, blockBytes);
    }

    /// Chooses for a small object: as many copies as a block of the scheme may lose shards, and one more, in a
    /// copyset of the scheme, on its coolest and emptiest disks of different domains. So a read is one disk
    /// operation.
    public Chosen chooseCopies(Scheme scheme, long objectBytes, Random random) {
        List<Copyset> copysets = copysets(scheme);
        if (copysets.isEmpty()) {
            return new Refused("no copyset was made for " + scheme);
        }
        int copies = scheme.parityShards() + 1;
        Fit fit = copyset -> {
            List<Integer> slots = writableSlots(copyset, objectBytes);
            return slots.size() < copies
                    ? Optional.empty()
                    : Optional.of(candidate(copyset, apart(copyset, slots, copies)));
        };
        return better(copysets, random, fit)
                .map(best -> placed(best, new Scheme.Copies(copies)))
                .orElseGet(() -> refused(scheme, copysets, copies, objectBytes));
    }

    private List<Copyset> copysets(Scheme scheme) {
        return fleet.copysets(new Kind(scheme.shards(), scheme.parityShards()));
    }

    /// The cheaper of two that are drawn from those that fit. Looks at all copysets only when a number of draws
    /// does not find two.
    private Optional<Candidate> better(List<Copyset> copysets, Random random, Fit fit) {
        List<Candidate> drawn = new ArrayList<>(2);
        for (int draw = 0; draw < DRAWS_MAX && drawn.size() < 2; draw++) {
            Copyset copyset = copysets.get(random.nextInt(copysets.size()));
            if (drawn.isEmpty() || drawn.getFirst().copyset.id() != copyset.id()) {
                fit.candidate(copyset).ifPresent(drawn::add);
            }
        }
        if (drawn.size() < 2) {
            drawn = drawn(
                    copysets.stream()
                            .map(fit::candidate)
                            .flatMap(Optional::stream)
                            .toList(),
                    random);
        }
        return drawn.stream().min((a, b) -> Double.compare(a.cost, b.cost));
    }

    private static List<Candidate> drawn(List<Candidate> fitting, Random random) {
        if (fitting.size() < 2) {
            return fitting;
        }
        int one = random.nextInt(fitting.size());
        int other = random.nextInt(fitting.size() - 1);
        return List.of(fitting.get(one), fitting.get(other < one ? other : other + 1));
    }

    private List<Integer> writableSlots(Copyset copyset, long shardBytes) {
        return IntStream.range(0, copyset.width())
                .filter(slot -> writable(fleet.disk(copyset.slots().get(slot).target()), shardBytes))
                .boxed()
                .toList();
    }

    private static boolean writable(DiskView disk, long shardBytes) {
        return disk.health() == DiskView.Health.HEALTHY && disk.takesSlots() && disk.freeBytes() >= shardBytes;
    }

    private Candidate candidate(Copyset copyset, List<Integer> slots) {
        double squares = 0;
        double fullness = 0;
        for (int slot : slots) {
            DiskId disk = copyset.slots().get(slot).target();
            double heat = fleet.heat(disk);
            squares += heat * heat;
            fullness += fleet.fullness(disk);
        }
        return new Candidate(copyset, slots, Math.sqrt(squares / slots.size()) + fullness / slots.size());
    }

    /// The cheapest slots that stand in as many domains as can be, the largest domains first.
    private List<Integer> apart(Copyset copyset, List<Integer> slots, int count) {
        List<Integer> rest = new ArrayList<>(slots);
        List<Integer> taken = new ArrayList<>();
        while (taken.size() < count) {
            int best = rest.getFirst();
            long bestCrowd = crowd(copyset, best, taken);
            for (int slot : rest) {
                long crowd = crowd(copyset, slot, taken);
                if (crowd < bestCrowd || (crowd == bestCrowd && cost(copyset, slot) < cost(copyset, best))) {
                    best = slot;
                    bestCrowd = crowd;
                }
            }
            taken.add(best);
            rest.remove(Integer.valueOf(best));
        }
        taken.sort(null);
        return taken;
    }

    private double cost(Copyset copyset, int slot) {
        DiskId disk = copyset.slots().get(slot).target();
        return fleet.heat(disk) + fleet.fullness(disk);
    }

    /// How many of the slots taken fail together with this one: zones count most.
    private long crowd(Copyset copyset, int slot, List<Integer> taken) {
        Domains here = fleet.disk(copyset.slots().get(slot).target()).domains();
        long crowd = 0;
        for (int other : taken) {
            Domains there = fleet.disk(copyset.slots().get(other).target()).domains();
            crowd += (here.together(there, Level.ZONE) ? 1L << 40 : 0)
                    + (here.together(there, Level.RACK) ? 1L << 20 : 0)
                    + (here.together(there, Level.NODE) ? 1 : 0);
        }
        return crowd;
    }

    private static Chosen placed(Candidate candidate, Scheme scheme) {
        check(candidate.slots.size() == scheme.shards(), "a slot for each shard");
        Copyset copyset = candidate.copyset;
        return new Chosen.Placed(
                copyset.id(),
                copyset.epoch(),
                scheme,
                candidate.slots,
                candidate.slots.stream()
                        .map(slot -> copyset.slots().get(slot).target())
                        .toList());
    }

    private Chosen refused(Scheme scheme, List<Copyset> copysets, int needed, long bytes) {
        int healthy = 0;
        for (Copyset copyset : copysets) {
            healthy = Math.max(healthy, writableSlots(copyset, 0).size());
        }
        return healthy < needed
                ? new Refused(
                        scheme + " needs " + needed + " disks of one copyset that can be written to survive the loss"
                                + " of " + scheme.parityShards() + "; no copyset has more than " + healthy)
                : new Chosen.Full("no copyset of " + scheme + " has room for " + bytes + " bytes on " + needed
                        + " disks that can be written");
    }
}

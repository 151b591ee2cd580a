package io.flywheel.objects;

import io.flywheel.base.BlockId;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.ModelNamespace;
import io.flywheel.shardstore.ModelShardStore;
import io.flywheel.shardstore.ShardStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// A fleet of one copyset, whose disks the test breaks.
final class SimulatedFleet implements Fleet {
    final List<Member> members = new ArrayList<>();
    /// What was reported, as text.
    final TreeSet<String> reports = new TreeSet<>();
    private final Simulation simulation;
    private final Scheme scheme;

    /// One disk. What happens to its reads is the test's to choose.
    static final class Member {
        final ModelShardStore store = new ModelShardStore();
        final FleetDisk disk;
        boolean absent;
        boolean refusesReads;
        boolean flipsBits;
        Duration delay = Duration.ZERO;
        int reads;

        Member(Simulation simulation) {
            disk = World.disk(simulation, new FaultyShardStore(store, (read, destination) -> {
                reads++;
                if (!delay.isZero()) {
                    simulation.tasks().sleep(delay);
                }
                if (refusesReads) {
                    return new ShardStore.Read.Failed("the disk is gone");
                }
                int from = destination.position();
                var outcome = read.get();
                if (flipsBits && destination.position() > from) {
                    int at = from + simulation.random().nextInt(destination.position() - from);
                    destination.put(at, (byte)
                            (destination.get(at) ^ (1 << simulation.random().nextInt(8))));
                }
                return outcome;
            }));
        }

        int shards() {
            return store.list(new ShardId(new BlockId(0, 1, 0), 0), 1_000_000).size();
        }
    }

    SimulatedFleet(Simulation simulation, int disks, Scheme scheme) {
        this.simulation = simulation;
        this.scheme = scheme;
        for (int i = 0; i < disks; i++) {
            members.add(new Member(simulation));
        }
    }

    World world(ModelNamespace namespace) {
        return new World(simulation, members.getFirst().store, this, namespace);
    }

    /// Places blocks on what is there as far as that is enough, else refuses.
    @Override
    public Place place(Scheme wanted, List<FleetDisk> avoided) {
        long usable = members.stream()
                .filter(member -> !member.absent && !avoided.contains(member.disk))
                .count();
        if (avoided.isEmpty() && usable == members.size()) {
            return new Place.On(wanted, copyset());
        }
        if (usable < wanted.shards()) {
            return new Place.Refused(usable + " disks are left for " + wanted);
        }
        return new Place.On(wanted, copyset(avoided));
    }

    private Copyset copyset() {
        return new Copyset(
                0,
                members.stream()
                        .map(member -> member.absent ? List.<FleetDisk>of() : List.of(member.disk))
                        .toList());
    }

    /// Copyset 1 is that of the disks that were not avoided last.
    private Copyset copyset(List<FleetDisk> avoided) {
        elsewhere = new Copyset(
                1,
                members.stream()
                        .filter(member -> !member.absent && !avoided.contains(member.disk))
                        .map(member -> List.of(member.disk))
                        .toList());
        return elsewhere;
    }

    private Copyset elsewhere = new Copyset(1, List.of());

    @Override
    public Optional<Copyset> copyset(int id) {
        return switch (id) {
            case 0 -> Optional.of(copyset());
            case 1 -> Optional.of(elsewhere);
            default -> Optional.empty();
        };
    }

    @Override
    public List<FleetDisk> disks() {
        return members.stream()
                .filter(member -> !member.absent)
                .map(member -> member.disk)
                .toList();
    }

    @Override
    public Scheme schemeOf(String storageClass) {
        return scheme;
    }

    @Override
    public void report(ShardId shard, FleetDisk disk, String what) {
        reports.add(shard.slot() + " " + what);
    }

    int shards() {
        return members.stream().mapToInt(Member::shards).sum();
    }
}

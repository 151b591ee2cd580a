package io.flywheel.objects;

import io.flywheel.base.BlockId;
import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.ShardId;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.ModelNamespace;
import io.flywheel.placement.CopysetLayout;
import io.flywheel.placement.DiskView;
import io.flywheel.placement.Shape;
import io.flywheel.placement.Snapshot;
import io.flywheel.shardstore.ModelShardStore;
import io.flywheel.shardstore.ShardStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// A fleet whose disks the test breaks. As many disks as the scheme has shards are one copyset, in their order.
final class SimulatedFleet implements Fleet {
    private static final long DISK_BYTES = 1L << 40;

    final List<Member> members = new ArrayList<>();
    /// What was reported, as text.
    final TreeSet<String> reports = new TreeSet<>();
    private final Simulation simulation;
    private final MappedFleet fleet;
    private final MappedFleet.Topology topology;

    /// One disk. What happens to its reads is the test's to choose.
    static final class Member {
        final ModelShardStore store;
        final FleetDisk disk;
        boolean absent;
        boolean refusesReads;
        boolean flipsBits;
        Duration delay = Duration.ZERO;
        int reads;

        Member(Simulation simulation, DiskId id, ModelShardStore store) {
            this.store = store;
            var seen = new FaultyShardStore(store, (read, destination) -> {
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
            });
            disk = new FleetDisk(id, seen, simulation.clock());
        }

        /// Reads are as they should be again; a store that is fenced stays so.
        void heal() {
            refusesReads = false;
            flipsBits = false;
            delay = Duration.ZERO;
        }

        int shards() {
            return store.list(new ShardId(new BlockId(0, 1, 0), 0), 1_000_000).size();
        }
    }

    SimulatedFleet(Simulation simulation, int disks, Scheme scheme) {
        this.simulation = simulation;
        for (int i = 0; i < disks; i++) {
            members.add(new Member(simulation, DiskId.draw(simulation.random()), ModelShardStore.persistingOnFlush()));
        }
        var views = members.stream()
                .map(member -> DiskView.empty(member.disk.id(), Domains.of("node"), DISK_BYTES))
                .toList();
        SortedMap<String, Scheme> schemes = new TreeMap<>();
        schemes.put("STANDARD", scheme);
        topology = new MappedFleet.Topology(views, copysets(simulation, views, scheme), schemes);
        fleet = new MappedFleet(simulation.tasks(), simulation.clock(), simulation.random(), topology, there());
    }

    private static List<Copyset> copysets(Simulation simulation, List<DiskView> views, Scheme scheme) {
        if (views.size() == scheme.shards()) {
            var ids = views.stream().map(DiskView::id).toList();
            return List.of(Copyset.of(0, scheme.parityShards(), Domains.Level.DISK, ids));
        }
        var planned = (CopysetLayout.Planned.Plan)
                CopysetLayout.plan(Snapshot.of(views, List.of()), Shape.of(scheme), simulation.random());
        var copysets = new ArrayList<Copyset>();
        planned.added()
                .forEach(added ->
                        copysets.add(Copyset.of(copysets.size(), added.parity(), added.level(), added.disks())));
        return copysets;
    }

    private List<FleetDisk> there() {
        return members.stream()
                .filter(member -> !member.absent)
                .map(member -> member.disk)
                .toList();
    }

    /// The power goes off: what was not persistent is gone, and so is what the test did to the disks, but that
    /// some are absent.
    void crash() {
        members.replaceAll(member -> {
            var after = new Member(simulation, member.disk.id(), member.store.crash());
            after.absent = member.absent;
            return after;
        });
        fleet.change(topology, there());
    }

    /// Takes disks away, or brings them back.
    void setAbsent(int disk, boolean absent) {
        members.get(disk).absent = absent;
        fleet.change(topology, there());
    }

    /// From now on the disk has what this store has.
    void exchange(int disk, ModelShardStore store) {
        var after = new Member(simulation, members.get(disk).disk.id(), store);
        after.absent = members.get(disk).absent;
        members.set(disk, after);
        fleet.change(topology, there());
    }

    World world(Simulation simulation) {
        return world(simulation, new ModelNamespace(simulation.tasks()));
    }

    World world(Simulation simulation, ModelNamespace namespace) {
        return new World(simulation, members.getFirst().store, this, namespace);
    }

    int shards() {
        return members.stream().mapToInt(Member::shards).sum();
    }

    @Override
    public Place place(Scheme wanted, long blockBytes, List<FleetDisk> avoided) {
        return fleet.place(wanted, blockBytes, avoided);
    }

    @Override
    public Place placeCopies(Scheme wanted, long objectBytes, List<FleetDisk> avoided) {
        return fleet.placeCopies(wanted, objectBytes, avoided);
    }

    @Override
    public boolean isAt(int copyset, long epoch) {
        return fleet.isAt(copyset, epoch);
    }

    @Override
    public Optional<List<List<FleetDisk>>> slots(int copyset) {
        return fleet.slots(copyset);
    }

    @Override
    public List<Integer> readOrder(int copyset, Scheme scheme, List<Integer> slots) {
        return fleet.readOrder(copyset, scheme, slots);
    }

    @Override
    public List<FleetDisk> disks() {
        return fleet.disks();
    }

    @Override
    public Scheme schemeOf(String storageClass) {
        return fleet.schemeOf(storageClass);
    }

    @Override
    public void report(ShardId shard, FleetDisk disk, String what) {
        reports.add(shard.slot() + " " + what);
    }
}

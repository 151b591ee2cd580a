package io.flywheel.objects;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Clock;
import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Random;
import io.flywheel.base.ShardId;
import io.flywheel.base.Slot;
import io.flywheel.base.Tasks;
import io.flywheel.erasure.Scheme;
import io.flywheel.placement.Choice;
import io.flywheel.placement.DiskView;
import io.flywheel.placement.ReadPlan;
import io.flywheel.placement.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The disks of a fleet map, of which those that are there can be asked. Placement sees them as they were a
/// moment ago.
public final class MappedFleet implements Fleet {
    private static final Logger LOG = LoggerFactory.getLogger(MappedFleet.class);

    /// How long what is known of heat and space is believed.
    private static final long FRESH_NANOS = 20_000_000;

    private static final String STANDARD = "STANDARD";

    private final Clock clock;
    private final Random random;
    private final Tasks.Mutex refreshing;
    private volatile Known known;

    /// What the fleet map says.
    ///
    /// @param disks whose health, space and heat are not looked at
    /// @param schemes by storage class; STANDARD at least
    public record Topology(List<DiskView> disks, List<Copyset> copysets, SortedMap<String, Scheme> schemes) {
        public Topology {
            check(schemes.containsKey(STANDARD), "STANDARD has a scheme");
            disks = List.copyOf(disks);
            copysets = List.copyOf(copysets);
        }

        /// One disk, which holds whole copies.
        public static Topology ofOneDisk(DiskId id, long capacityBytes) {
            SortedMap<String, Scheme> schemes = new TreeMap<>();
            schemes.put(STANDARD, new Scheme.Copies(1));
            return new Topology(
                    List.of(DiskView.empty(id, Domains.of(""), capacityBytes)),
                    List.of(Copyset.of(0, 0, Domains.Level.DISK, List.of(id))),
                    schemes);
        }
    }

    private record Known(
            Map<Integer, Copyset> copysets,
            Map<DiskId, FleetDisk> there,
            SortedMap<String, Scheme> schemes,
            Snapshot snapshot,
            long seenNanos) {}

    /// @param there the disks that can be asked
    public MappedFleet(Tasks tasks, Clock clock, Random random, Topology topology, List<FleetDisk> there) {
        this.clock = clock;
        this.random = random;
        refreshing = tasks.mutex();
        known = known(topology, there);
    }

    /// Goes on with another map, or other disks.
    public void change(Topology topology, List<FleetDisk> there) {
        refreshing.lock();
        try {
            known = known(topology, there);
        } finally {
            refreshing.unlock();
        }
    }

    private Known known(Topology topology, List<FleetDisk> there) {
        Map<Integer, Copyset> copysets = new HashMap<>();
        topology.copysets().forEach(copyset -> copysets.put(copyset.id(), copyset));
        Map<DiskId, FleetDisk> byId = new HashMap<>();
        there.forEach(disk -> byId.put(disk.id(), disk));
        var snapshot = Snapshot.of(topology.disks(), topology.copysets()).with(seen(byId));
        return new Known(copysets, byId, new TreeMap<>(topology.schemes()), snapshot, clock.monotonicNanos());
    }

    /// A disk without others beside it is asked whatever it did: nobody could stand in.
    private static UnaryOperator<DiskView> seen(Map<DiskId, FleetDisk> there) {
        return view -> {
            var disk = there.get(view.id());
            if (disk == null) {
                return view.with(DiskView.Health.ABSENT);
            }
            var space = disk.store().space();
            // Writers wait for the garbage to be reclaimed.
            long free = Math.min(view.capacityBytes(), space.freeBytes() + space.garbageBytes());
            var health = there.size() == 1 ? DiskView.Health.HEALTHY : disk.health();
            return view.with(health).with(disk.heat()).withFree(free);
        };
    }

    private Known fresh() {
        if (clock.monotonicNanos() - known.seenNanos() >= FRESH_NANOS) {
            refreshing.lock();
            try {
                var before = known;
                if (clock.monotonicNanos() - before.seenNanos() >= FRESH_NANOS) {
                    known = new Known(
                            before.copysets(),
                            before.there(),
                            before.schemes(),
                            before.snapshot().with(seen(before.there())),
                            clock.monotonicNanos());
                }
            } finally {
                refreshing.unlock();
            }
        }
        return known;
    }

    @Override
    public Place place(Scheme wanted, long blockBytes, List<FleetDisk> avoided) {
        return place(new Choice(without(avoided)).choose(wanted, blockBytes, random));
    }

    @Override
    public Place placeCopies(Scheme wanted, long objectBytes, List<FleetDisk> avoided) {
        return place(new Choice(without(avoided)).chooseCopies(wanted, objectBytes, random));
    }

    private Snapshot without(List<FleetDisk> avoided) {
        if (avoided.isEmpty()) {
            return fresh().snapshot();
        }
        var ids = avoided.stream().map(FleetDisk::id).collect(Collectors.toSet());
        return fresh().snapshot().with(view -> ids.contains(view.id()) ? view.with(DiskView.Health.ABSENT) : view);
    }

    private Place place(Choice.Chosen chosen) {
        return switch (chosen) {
            case Choice.Chosen.Placed placed -> {
                var there = known.there();
                var disks = new ArrayList<FleetDisk>();
                for (var id : placed.disks()) {
                    var disk = there.get(id);
                    if (disk == null) {
                        yield new Place.Refused("disk " + id + " has just gone");
                    }
                    disks.add(disk);
                }
                yield new Place.On(placed.scheme(), placed.copyset(), placed.slotMask(), disks);
            }
            case Choice.Chosen.Full(var why) -> new Place.Full(why);
            case Choice.Chosen.Refused(var why) -> new Place.Refused(why);
        };
    }

    @Override
    public Optional<List<List<FleetDisk>>> slots(int id) {
        var now = known;
        return Optional.ofNullable(now.copysets().get(id))
                .map(copyset -> copyset.slots().stream()
                        .map(slot -> disks(slot, now.there()))
                        .toList());
    }

    private static List<FleetDisk> disks(Slot slot, Map<DiskId, FleetDisk> there) {
        var ids = switch (slot) {
            case Slot.Held(var disk) -> List.of(disk);
            case Slot.Moving(var from, var to) -> List.of(to, from);
        };
        return ids.stream().filter(there::containsKey).map(there::get).toList();
    }

    @Override
    public List<Integer> readOrder(int copyset, Scheme scheme, List<Integer> slots) {
        var now = fresh();
        var found = now.copysets().get(copyset);
        return found == null
                ? List.of()
                : ReadPlan.of(now.snapshot(), found, scheme, slots, random).sources().stream()
                        .map(ReadPlan.Source::shard)
                        .toList();
    }

    @Override
    public List<FleetDisk> disks() {
        var now = known;
        return now.snapshot().disks().stream()
                .map(DiskView::id)
                .filter(now.there()::containsKey)
                .map(now.there()::get)
                .toList();
    }

    @Override
    public Scheme schemeOf(String storageClass) {
        var schemes = known.schemes();
        return Optional.ofNullable(schemes.get(storageClass))
                .or(() -> Optional.ofNullable(schemes.get(STANDARD)))
                .orElseThrow();
    }

    @Override
    public void report(ShardId shard, FleetDisk disk, String what) {
        LOG.error("{} on {} {}", shard, disk, what);
    }
}

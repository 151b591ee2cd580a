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
import io.flywheel.namespace.fleet.FleetDisk.Role;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.placement.Choice;
import io.flywheel.placement.DiskView;
import io.flywheel.placement.ReadPlan;
import io.flywheel.placement.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
    private volatile Reports reports = (_, _, _) -> {};

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

        /// What the map says now. A disk that it calls absent is not written; if it can be asked it is read last.
        public static Topology of(FleetMap map, SortedMap<String, Scheme> schemes) {
            return new Topology(views(map), map.copysets(), schemes);
        }

        /// The disks of a map that were not removed, as placement sees them while nothing is known of them.
        public static List<DiskView> views(FleetMap map) {
            return map.disks().values().stream()
                    .filter(disk -> disk.role() != Role.REMOVED)
                    .map(disk -> {
                        var view = DiskView.empty(disk.id(), disk.domains(), disk.capacityBytes())
                                .withWeight(disk.weight())
                                .with(disk.present() ? DiskView.Health.HEALTHY : DiskView.Health.ABSENT);
                        return disk.role() == Role.DRAINING ? view.leave() : view;
                    })
                    .toList();
        }
    }

    private record Known(
            Map<Integer, Copyset> copysets,
            Map<DiskId, FleetDisk> there,
            SortedMap<String, Scheme> schemes,
            Set<DiskId> givenUp,
            Snapshot snapshot,
            long seenNanos) {

        Snapshot look() {
            return snapshot.with(view -> seen(view, there, givenUp));
        }
    }

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
        var givenUp = topology.disks().stream()
                .filter(disk -> disk.health() != DiskView.Health.HEALTHY)
                .map(DiskView::id)
                .collect(Collectors.toSet());
        var before = new Known(
                copysets,
                byId,
                new TreeMap<>(topology.schemes()),
                givenUp,
                Snapshot.of(topology.disks(), topology.copysets()),
                clock.monotonicNanos());
        return lookedAt(before);
    }

    private Known lookedAt(Known before) {
        return new Known(
                before.copysets(),
                before.there(),
                before.schemes(),
                before.givenUp(),
                before.look(),
                clock.monotonicNanos());
    }

    /// A disk without others beside it is asked whatever it did: nobody could stand in.
    private static DiskView seen(DiskView view, Map<DiskId, FleetDisk> there, Set<DiskId> givenUp) {
        var disk = there.get(view.id());
        if (disk == null) {
            return view.with(DiskView.Health.ABSENT);
        }
        var space = disk.store().space();
        // Writers wait for the garbage to be reclaimed.
        long free = Math.min(view.capacityBytes(), space.freeBytes() + space.garbageBytes());
        var health = there.size() == 1 ? DiskView.Health.HEALTHY : disk.health();
        return view.with(givenUp.contains(view.id()) ? DiskView.Health.SUSPECT : health)
                .with(disk.heat())
                .withFree(free);
    }

    private Known fresh() {
        if (clock.monotonicNanos() - known.seenNanos() >= FRESH_NANOS) {
            refreshing.lock();
            try {
                var before = known;
                if (clock.monotonicNanos() - before.seenNanos() >= FRESH_NANOS) {
                    known = lookedAt(before);
                }
            } finally {
                refreshing.unlock();
            }
        }
        return known;
    }

    @Override
    public Place place(Scheme wanted, long blockBytes, List<FleetDisk> avoided) {
        var now = fresh();
        return place(now, new Choice(without(now, avoided)).choose(wanted, blockBytes, random));
    }

    @Override
    public Place placeCopies(Scheme wanted, long objectBytes, List<FleetDisk> avoided) {
        var now = fresh();
        return place(now, new Choice(without(now, avoided)).chooseCopies(wanted, objectBytes, random));
    }

    private static Snapshot without(Known now, List<FleetDisk> avoided) {
        if (avoided.isEmpty()) {
            return now.snapshot();
        }
        var ids = avoided.stream().map(FleetDisk::id).collect(Collectors.toSet());
        return now.snapshot().with(view -> ids.contains(view.id()) ? view.with(DiskView.Health.ABSENT) : view);
    }

    private static Place place(Known now, Choice.Chosen chosen) {
        return switch (chosen) {
            case Choice.Chosen.Placed placed -> {
                var disks = placed.disks().stream().map(now.there()::get).toList();
                yield new Place.On(placed.scheme(), placed.copyset(), placed.epoch(), placed.slotMask(), disks);
            }
            case Choice.Chosen.Full(var why) -> new Place.Full(why);
            case Choice.Chosen.Refused(var why) -> new Place.Refused(why);
        };
    }

    @Override
    public boolean isAt(int copyset, long epoch) {
        var found = known.copysets().get(copyset);
        return found != null && found.epoch() == epoch;
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

    /// The disks as they were a moment ago.
    public List<DiskView> look() {
        return fresh().snapshot().disks();
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
        reports.report(shard, disk.id(), what);
    }

    /// Who hears of what is missing or wrong; must not wait.
    public void reportTo(Reports listener) {
        reports = listener;
    }

    /// Hears what reads found out.
    public interface Reports {
        void report(ShardId shard, DiskId disk, String what);
    }
}

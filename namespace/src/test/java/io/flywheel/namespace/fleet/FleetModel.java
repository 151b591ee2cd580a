package io.flywheel.namespace.fleet;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import io.flywheel.base.Slot;
import io.flywheel.namespace.fleet.FleetCommand.AddCopysets.NewCopyset;
import io.flywheel.namespace.fleet.FleetOutcome.Refusal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/// The fleet map once more, by other means: state that is changed in place, and rules that try every place
/// where shards may be.
final class FleetModel {
    private static final class ModelSlot {
        DiskId from;
        DiskId to;

        ModelSlot(DiskId disk) {
            from = disk;
            to = disk;
        }
    }

    private static final class ModelCopyset {
        int epoch = 1;
        final int parity;
        final Level level;
        final List<ModelSlot> slots = new ArrayList<>();

        ModelCopyset(int parity, Level level) {
            this.parity = parity;
            this.level = level;
        }
    }

    private record Request(long high, long low) {}

    private final Map<DiskId, Domains> domains = new HashMap<>();
    private final Map<DiskId, Long> capacities = new HashMap<>();
    private final Map<DiskId, Long> weights = new HashMap<>();
    private final Set<DiskId> absent = new HashSet<>();
    private final Set<DiskId> draining = new HashSet<>();
    private final Set<DiskId> removed = new HashSet<>();
    private final List<ModelCopyset> copysets = new ArrayList<>();
    private final Map<String, Long> leases = new TreeMap<>();
    private final Map<String, Integer> schemes = new TreeMap<>();
    private final TreeSet<DiskId> namespaceHolders = new TreeSet<>();
    private final Map<Request, FleetOutcome> answers = new HashMap<>();
    private final Deque<Request> order = new ArrayDeque<>();
    private long lastLease;
    private int featureLevel;
    private long changes;

    /// The outcome; refusals without their details.
    FleetOutcome apply(FleetCommand command) {
        Request request =
                new Request(command.stamp().requestHigh(), command.stamp().requestLow());
        FleetOutcome earlier = answers.get(request);
        if (earlier != null) {
            return earlier;
        }
        try {
            FleetOutcome outcome = decide(command);
            changes++;
            answers.put(request, outcome);
            order.add(request);
            if (order.size() > 1024) {
                answers.remove(order.remove());
            }
            return outcome;
        } catch (No no) {
            return new FleetOutcome.Refused(no.refusal, "");
        }
    }

    private static final class No extends RuntimeException {
        private static final long serialVersionUID = 1;

        final Refusal refusal;

        No(Refusal refusal) {
            super(refusal.name());
            this.refusal = refusal;
        }
    }

    private static void unless(boolean condition, Refusal refusal) {
        if (!condition) {
            throw new No(refusal);
        }
    }

    private FleetOutcome decide(FleetCommand command) {
        switch (command) {
            case FleetCommand.AddDisk add -> {
                unless(!removed.contains(add.disk()), Refusal.DISK_REMOVED);
                unless(!domains.containsKey(add.disk()), Refusal.DISK_EXISTS);
                unless(add.capacityBytes() > 0, Refusal.INVALID);
                domains.put(add.disk(), add.domains());
                capacities.put(add.disk(), add.capacityBytes());
                weights.put(add.disk(), add.weight());
            }
            case FleetCommand.SetWeight set -> weights.put(live(set.disk()), set.weight());
            case FleetCommand.MarkAbsent mark -> absent.add(live(mark.disk()));
            case FleetCommand.MarkPresent mark -> absent.remove(live(mark.disk()));
            case FleetCommand.Drain drain when drain.draining() -> draining.add(live(drain.disk()));
            case FleetCommand.Drain drain -> draining.remove(live(drain.disk()));
            case FleetCommand.RemoveDisk remove -> {
                unless(domains.containsKey(remove.disk()), Refusal.NO_SUCH_DISK);
                for (ModelCopyset copyset : copysets) {
                    for (ModelSlot slot : copyset.slots) {
                        unless(!slot.from.equals(remove.disk()) && !slot.to.equals(remove.disk()), Refusal.DISK_IN_USE);
                    }
                }
                unless(!namespaceHolders.contains(remove.disk()), Refusal.DISK_IN_USE);
                removed.add(remove.disk());
                absent.add(remove.disk());
            }
            case FleetCommand.AddCopysets add -> addCopysets(add);
            case FleetCommand.BeginMove begin -> {
                return begin(begin);
            }
            case FleetCommand.FinishMove finish -> {
                ModelSlot slot = slot(finish.copyset(), finish.epoch(), finish.slot());
                unless(!slot.from.equals(slot.to), Refusal.NOT_MOVING);
                slot.from = slot.to;
                return raised(finish.copyset());
            }
            case FleetCommand.AbortMove abort -> {
                ModelSlot slot = slot(abort.copyset(), abort.epoch(), abort.slot());
                unless(!slot.from.equals(slot.to), Refusal.NOT_MOVING);
                unless(!absent.contains(slot.from), Refusal.DISK_UNFIT);
                DiskId to = slot.to;
                slot.to = slot.from;
                slot.from = to;
                return raised(abort.copyset());
            }
            case FleetCommand.OpenLease open -> {
                unless(!open.holder().isEmpty(), Refusal.INVALID);
                lastLease = 1 + Math.max(lastLease, open.above());
                leases.put(open.holder(), lastLease);
                return new FleetOutcome.LeaseOpened(lastLease);
            }
            case FleetCommand.CloseLeases close -> {
                close.leases().forEach(lease -> unless(lease >= 1 && lease <= lastLease, Refusal.NO_SUCH_LEASE));
                leases.values().removeAll(close.leases());
            }
            case FleetCommand.SetFeatureLevel set -> {
                unless(set.level() >= featureLevel, Refusal.LEVEL_LOWER);
                featureLevel = set.level();
            }
            case FleetCommand.SetScheme set when set.scheme() == 0 -> schemes.remove(set.storageClass());
            case FleetCommand.SetScheme set -> schemes.put(set.storageClass(), set.scheme());
            case FleetCommand.SetNamespaceHolders set -> {
                unless(!set.holders().isEmpty(), Refusal.INVALID);
                unless(new HashSet<>(set.holders()).size() == set.holders().size(), Refusal.CROWDED);
                set.holders().stream().sorted().forEach(this::live);
                namespaceHolders.clear();
                namespaceHolders.addAll(set.holders());
            }
        }
        return new FleetOutcome.Done();
    }

    private DiskId live(DiskId disk) {
        unless(domains.containsKey(disk), Refusal.NO_SUCH_DISK);
        unless(!removed.contains(disk), Refusal.DISK_REMOVED);
        return disk;
    }

    private boolean fit(DiskId disk) {
        return !removed.contains(disk) && !draining.contains(disk) && !absent.contains(disk);
    }

    private void addCopysets(FleetCommand.AddCopysets add) {
        unless(add.first() == copysets.size(), Refusal.STALE);
        List<ModelCopyset> made = new ArrayList<>();
        for (NewCopyset asked : add.copysets()) {
            unless(!asked.disks().isEmpty() && asked.parity() < asked.disks().size(), Refusal.INVALID);
            unless(asked.parity() > 0 || asked.level() == Level.DISK, Refusal.INVALID);
            ModelCopyset copyset = new ModelCopyset(asked.parity(), asked.level());
            for (DiskId disk : asked.disks()) {
                unless(domains.containsKey(disk), Refusal.NO_SUCH_DISK);
                unless(fit(disk), Refusal.DISK_UNFIT);
                copyset.slots.add(new ModelSlot(disk));
            }
            unless(safe(copyset), Refusal.CROWDED);
            made.add(copyset);
        }
        copysets.addAll(made);
    }

    private ModelSlot slot(int copyset, int epoch, int slot) {
        unless(copyset >= 0 && copyset < copysets.size(), Refusal.NO_SUCH_COPYSET);
        ModelCopyset found = copysets.get(copyset);
        unless(slot >= 0 && slot < found.slots.size(), Refusal.NO_SUCH_SLOT);
        unless(found.epoch == epoch, Refusal.STALE);
        return found.slots.get(slot);
    }

    private FleetOutcome begin(FleetCommand.BeginMove begin) {
        ModelSlot slot = slot(begin.copyset(), begin.epoch(), begin.slot());
        unless(domains.containsKey(begin.to()), Refusal.NO_SUCH_DISK);
        unless(fit(begin.to()), Refusal.DISK_UNFIT);
        unless(slot.from.equals(slot.to) || !fit(slot.to), Refusal.ALREADY_MOVING);
        for (ModelSlot other : copysets.get(begin.copyset()).slots) {
            unless(!other.from.equals(begin.to()) && !other.to.equals(begin.to()), Refusal.CROWDED);
        }
        DiskId before = slot.to;
        slot.to = begin.to();
        if (!safe(copysets.get(begin.copyset()))) {
            slot.to = before;
            throw new No(Refusal.CROWDED);
        }
        return raised(begin.copyset());
    }

    private FleetOutcome raised(int copyset) {
        return new FleetOutcome.SlotChanged(++copysets.get(copyset).epoch);
    }

    /// Tries every combination of where the shards of each slot may be.
    private boolean safe(ModelCopyset copyset) {
        for (int choice = 0; choice < 1 << copyset.slots.size(); choice++) {
            Set<DiskId> disks = new HashSet<>();
            Map<Object, Integer> counts = new HashMap<>();
            for (int i = 0; i < copyset.slots.size(); i++) {
                ModelSlot slot = copyset.slots.get(i);
                DiskId disk = (choice >> i & 1) == 0 ? slot.from : slot.to;
                if (!disks.add(disk)) {
                    return false;
                }
                Domains where = domains.getOrDefault(disk, Domains.of(""));
                counts.merge(
                        switch (copyset.level) {
                            case DISK -> disk;
                            case NODE -> where.zone() + "/" + where.rack() + "/" + where.node();
                            case RACK -> where.zone() + "/" + where.rack();
                            case ZONE -> where.zone();
                        },
                        1,
                        Integer::sum);
            }
            if (counts.values().stream().anyMatch(count -> count > Math.max(1, copyset.parity))) {
                return false;
            }
        }
        return true;
    }

    /// What the map should be, with these answers.
    FleetMap map(UUID fleet, List<FleetMap.Answer> answered) {
        TreeMap<DiskId, FleetDisk> disks = new TreeMap<>();
        domains.forEach((disk, where) -> disks.put(
                disk,
                new FleetDisk(
                        disk,
                        where,
                        capacities.getOrDefault(disk, 0L),
                        weights.getOrDefault(disk, 0L),
                        removed.contains(disk)
                                ? FleetDisk.Role.REMOVED
                                : draining.contains(disk) ? FleetDisk.Role.DRAINING : FleetDisk.Role.ACTIVE,
                        !absent.contains(disk))));
        List<Copyset> all = new ArrayList<>();
        for (ModelCopyset copyset : copysets) {
            List<Slot> slots = new ArrayList<>();
            copyset.slots.forEach(slot -> slots.add(
                    slot.from.equals(slot.to) ? new Slot.Held(slot.to) : new Slot.Moving(slot.from, slot.to)));
            all.add(new Copyset(all.size(), copyset.epoch, copyset.parity, copyset.level, slots));
        }
        return new FleetMap(
                fleet,
                changes,
                featureLevel,
                disks,
                all,
                new TreeMap<>(leases),
                lastLease,
                new TreeMap<>(schemes),
                List.copyOf(namespaceHolders),
                answered);
    }
}

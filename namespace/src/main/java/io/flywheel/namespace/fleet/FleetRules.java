package io.flywheel.namespace.fleet;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Slot;
import io.flywheel.namespace.Command.Stamp;
import io.flywheel.namespace.fleet.FleetCommand.AbortMove;
import io.flywheel.namespace.fleet.FleetCommand.AddCopysets;
import io.flywheel.namespace.fleet.FleetCommand.AddDisk;
import io.flywheel.namespace.fleet.FleetCommand.BeginMove;
import io.flywheel.namespace.fleet.FleetCommand.CloseLeases;
import io.flywheel.namespace.fleet.FleetCommand.Drain;
import io.flywheel.namespace.fleet.FleetCommand.FinishMove;
import io.flywheel.namespace.fleet.FleetCommand.MarkAbsent;
import io.flywheel.namespace.fleet.FleetCommand.MarkPresent;
import io.flywheel.namespace.fleet.FleetCommand.OpenLease;
import io.flywheel.namespace.fleet.FleetCommand.RemoveDisk;
import io.flywheel.namespace.fleet.FleetCommand.SetFeatureLevel;
import io.flywheel.namespace.fleet.FleetCommand.SetNamespaceHolders;
import io.flywheel.namespace.fleet.FleetCommand.SetScheme;
import io.flywheel.namespace.fleet.FleetCommand.SetWeight;
import io.flywheel.namespace.fleet.FleetMap.Answer;
import io.flywheel.namespace.fleet.FleetMap.Applied;
import io.flywheel.namespace.fleet.FleetOutcome.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// The rules of the fleet map. What they keep: a disk that was removed is in no slot and never comes back;
/// epochs only rise; the disks of a copyset differ, those that slots move to included; no domain of a copyset's
/// level has more slots than the copyset spares, wherever the shards of moving slots may be; numbers of leases
/// only rise.
final class FleetRules {
    static final int DISKS_MAX = 1 << 16;
    static final int COPYSETS_MAX = 1 << 20;

    /// In one command, so that it fits a frame of the log.
    static final int COPYSETS_ADDED_MAX = 1 << 14;

    static final int LEASES_MAX = 1 << 16;
    static final int SCHEMES_MAX = 64;
    static final int HOLDERS_MAX = 64;
    static final int NAME_CHARS_MAX = 255;
    static final int FEATURE_LEVEL_MAX = 1 << 16;

    /// Answers that are remembered.
    static final int REMEMBERED = 1024;

    private static final FleetOutcome DONE = new FleetOutcome.Done();

    private final FleetMap map;

    FleetRules(FleetMap map) {
        this.map = map;
    }

    Applied apply(FleetCommand command) {
        Stamp stamp = command.stamp();
        boolean remembered = stamp.requestHigh() != 0 || stamp.requestLow() != 0;
        if (remembered) {
            for (Answer answer : map.answers()) {
                if (answer.requestHigh() == stamp.requestHigh() && answer.requestLow() == stamp.requestLow()) {
                    return new Applied(map, answer.outcome());
                }
            }
        }
        Draft draft = new Draft(map);
        FleetOutcome outcome = decide(draft, command);
        if (outcome instanceof FleetOutcome.Refused) {
            return new Applied(map, outcome);
        }
        if (remembered) {
            draft.answers.add(new Answer(stamp.requestHigh(), stamp.requestLow(), outcome));
            if (draft.answers.size() > REMEMBERED) {
                draft.answers.removeFirst();
            }
        }
        return new Applied(draft.map(), outcome);
    }

    /// The map while it is changed.
    private static final class Draft {
        private final FleetMap before;
        private final SortedMap<DiskId, FleetDisk> disks;
        private final List<Copyset> copysets;
        private final SortedMap<String, Long> leases;
        private final SortedMap<String, Integer> schemes;
        private final List<Answer> answers;
        private List<DiskId> namespaceHolders;
        private long lastLease;
        private int featureLevel;

        Draft(FleetMap before) {
            this.before = before;
            disks = new TreeMap<>(before.disks());
            copysets = new ArrayList<>(before.copysets());
            leases = new TreeMap<>(before.leases());
            schemes = new TreeMap<>(before.schemes());
            answers = new ArrayList<>(before.answers());
            namespaceHolders = before.namespaceHolders();
            lastLease = before.lastLease();
            featureLevel = before.featureLevel();
        }

        FleetMap map() {
            return new FleetMap(
                    before.fleet(),
                    before.version() + 1,
                    featureLevel,
                    disks,
                    copysets,
                    leases,
                    lastLease,
                    schemes,
                    namespaceHolders,
                    answers);
        }
    }

    private FleetOutcome decide(Draft draft, FleetCommand command) {
        return switch (command) {
            case AddDisk add -> addDisk(draft, add);
            case SetWeight set ->
                set.weight() < 0 || set.weight() > FleetDisk.BYTES_MAX
                        ? refused(Refusal.INVALID, "a weight is 0 to 2^56")
                        : change(draft, set.disk(), disk -> disk.withWeight(set.weight()));
            case MarkAbsent mark -> change(draft, mark.disk(), disk -> disk.withPresent(false));
            case MarkPresent mark -> change(draft, mark.disk(), disk -> disk.withPresent(true));
            case Drain drain ->
                change(
                        draft,
                        drain.disk(),
                        disk -> disk.with(drain.draining() ? FleetDisk.Role.DRAINING : FleetDisk.Role.ACTIVE));
            case RemoveDisk remove -> removeDisk(draft, remove.disk());
            case AddCopysets add -> addCopysets(draft, add);
            case BeginMove begin -> beginMove(draft, begin);
            case FinishMove finish -> finishMove(draft, finish);
            case AbortMove abort -> abortMove(draft, abort);
            case OpenLease open -> openLease(draft, open);
            case CloseLeases close -> closeLeases(draft, close);
            case SetFeatureLevel set -> setFeatureLevel(draft, set.level());
            case SetScheme set -> setScheme(draft, set);
            case SetNamespaceHolders set -> setNamespaceHolders(draft, set.holders());
        };
    }

    private FleetOutcome addDisk(Draft draft, AddDisk add) {
        FleetDisk known = map.disks().get(add.disk());
        if (known != null) {
            return known.role() == FleetDisk.Role.REMOVED
                    ? refused(Refusal.DISK_REMOVED, "a disk that was removed joins under a new name")
                    : refused(Refusal.DISK_EXISTS, add.disk().toString());
        }
        if (map.disks().size() >= DISKS_MAX) {
            return refused(Refusal.TOO_MANY, "a fleet has at most " + DISKS_MAX + " disks, with those removed");
        }
        if (add.capacityBytes() <= 0
                || add.capacityBytes() > FleetDisk.BYTES_MAX
                || add.weight() < 0
                || add.weight() > FleetDisk.BYTES_MAX) {
            return refused(Refusal.INVALID, "capacity and weight are at most 2^56, and a capacity at least 1");
        }
        draft.disks.put(
                add.disk(),
                new FleetDisk(
                        add.disk(), add.domains(), add.capacityBytes(), add.weight(), FleetDisk.Role.ACTIVE, true));
        return DONE;
    }

    private FleetOutcome change(Draft draft, DiskId id, UnaryOperator<FleetDisk> change) {
        FleetDisk disk = map.disks().get(id);
        if (disk == null) {
            return refused(Refusal.NO_SUCH_DISK, id.toString());
        }
        if (disk.role() == FleetDisk.Role.REMOVED) {
            return refused(Refusal.DISK_REMOVED, id.toString());
        }
        draft.disks.put(id, change.apply(disk));
        return DONE;
    }

    private FleetOutcome removeDisk(Draft draft, DiskId id) {
        FleetDisk disk = map.disks().get(id);
        if (disk == null) {
            return refused(Refusal.NO_SUCH_DISK, id.toString());
        }
        long slots =
                map.copysets().stream().filter(copyset -> copyset.names(id)).count();
        if (slots > 0) {
            return refused(Refusal.DISK_IN_USE, slots + " copysets name it");
        }
        if (map.namespaceHolders().contains(id)) {
            return refused(Refusal.DISK_IN_USE, "it holds the namespace's log");
        }
        draft.disks.put(id, disk.with(FleetDisk.Role.REMOVED).withPresent(false));
        return DONE;
    }

    private FleetOutcome addCopysets(Draft draft, AddCopysets add) {
        if (add.first() != map.copysets().size()) {
            return refused(Refusal.STALE, "there are " + map.copysets().size() + " copysets");
        }
        if (add.copysets().size() > COPYSETS_ADDED_MAX
                || map.copysets().size() + add.copysets().size() > COPYSETS_MAX) {
            return refused(Refusal.TOO_MANY, "at most " + COPYSETS_ADDED_MAX + " at once, " + COPYSETS_MAX + " in all");
        }
        for (AddCopysets.NewCopyset asked : add.copysets()) {
            int width = asked.disks().size();
            if (width < 1
                    || width > Copyset.WIDTH_MAX
                    || asked.parity() < 0
                    || asked.parity() >= width
                    || (asked.parity() == 0 && asked.level() != Domains.Level.DISK)) {
                return refused(Refusal.INVALID, "a copyset has 1 to 32 slots, of which it spares fewer");
            }
            for (DiskId disk : asked.disks()) {
                FleetDisk known = map.disks().get(disk);
                if (known == null) {
                    return refused(Refusal.NO_SUCH_DISK, disk.toString());
                }
                if (!known.takesSlots()) {
                    return refused(Refusal.DISK_UNFIT, disk.toString());
                }
            }
            Copyset copyset = Copyset.of(draft.copysets.size(), asked.parity(), asked.level(), asked.disks());
            if (!copyset.spread(map::domains)) {
                return refused(Refusal.CROWDED, "copyset " + copyset.id());
            }
            draft.copysets.add(copyset);
        }
        return DONE;
    }

    private interface OfSlot {
        FleetOutcome decide(Copyset copyset, Slot slot);
    }

    private FleetOutcome ofSlot(int id, int epoch, int slot, OfSlot body) {
        Copyset copyset = map.copyset(id).orElse(null);
        if (copyset == null) {
            return refused(Refusal.NO_SUCH_COPYSET, Integer.toString(id));
        }
        if (slot < 0 || slot >= copyset.width()) {
            return refused(Refusal.NO_SUCH_SLOT, "copyset " + id + " has " + copyset.width());
        }
        if (copyset.epoch() != epoch) {
            return refused(Refusal.STALE, "copyset " + id + " is in epoch " + copyset.epoch());
        }
        if (epoch == Integer.MAX_VALUE) {
            return refused(Refusal.TOO_MANY, "copyset " + id + " has no epochs left");
        }
        return body.decide(copyset, copyset.slots().get(slot));
    }

    private FleetOutcome beginMove(Draft draft, BeginMove begin) {
        return ofSlot(begin.copyset(), begin.epoch(), begin.slot(), (copyset, slot) -> {
            FleetDisk to = map.disks().get(begin.to());
            if (to == null) {
                return refused(Refusal.NO_SUCH_DISK, begin.to().toString());
            }
            if (!to.takesSlots()) {
                return refused(Refusal.DISK_UNFIT, begin.to().toString());
            }
            DiskId from = switch (slot) {
                case Slot.Held(DiskId disk) -> disk;
                case Slot.Moving(DiskId start, DiskId _) -> start;
            };
            if (slot instanceof Slot.Moving && takesSlots(slot.target())) {
                return refused(Refusal.ALREADY_MOVING, "to " + slot.target());
            }
            if (copyset.names(begin.to())) {
                return refused(Refusal.CROWDED, "copyset " + copyset.id() + " has the disk");
            }
            return replace(draft, copyset, begin.slot(), new Slot.Moving(from, begin.to()));
        });
    }

    private boolean takesSlots(DiskId id) {
        return map.disk(id).map(FleetDisk::takesSlots).orElse(false);
    }

    private FleetOutcome finishMove(Draft draft, FinishMove finish) {
        return ofSlot(finish.copyset(), finish.epoch(), finish.slot(), (copyset, slot) -> switch (slot) {
            case Slot.Held _ -> refused(Refusal.NOT_MOVING, "copyset " + copyset.id());
            case Slot.Moving(DiskId _, DiskId to) -> replace(draft, copyset, finish.slot(), new Slot.Held(to));
        });
    }

    private FleetOutcome abortMove(Draft draft, AbortMove abort) {
        return ofSlot(abort.copyset(), abort.epoch(), abort.slot(), (copyset, slot) -> switch (slot) {
            case Slot.Held _ -> refused(Refusal.NOT_MOVING, "copyset " + copyset.id());
            case Slot.Moving(DiskId from, DiskId to) ->
                map.disk(from).map(FleetDisk::present).orElse(false)
                        ? replace(draft, copyset, abort.slot(), new Slot.Moving(to, from))
                        : refused(Refusal.DISK_UNFIT, from + " is not there to take it back");
        });
    }

    private FleetOutcome replace(Draft draft, Copyset copyset, int at, Slot slot) {
        Copyset changed = copyset.with(at, slot);
        if (!changed.spread(map::domains)) {
            return refused(Refusal.CROWDED, "a domain would have more slots than copyset " + copyset.id() + " spares");
        }
        draft.copysets.set(copyset.id(), changed);
        return new FleetOutcome.SlotChanged(changed.epoch());
    }

    private FleetOutcome openLease(Draft draft, OpenLease open) {
        if (!named(open.holder())) {
            return refused(Refusal.INVALID, "a holder's name has 1 to 255 characters");
        }
        if (!map.leases().containsKey(open.holder()) && map.leases().size() >= LEASES_MAX) {
            return refused(Refusal.TOO_MANY, "at most " + LEASES_MAX + " leases are open");
        }
        long last = Math.max(map.lastLease(), open.above());
        if (last == Long.MAX_VALUE) {
            return refused(Refusal.INVALID, "there is no larger number");
        }
        draft.lastLease = last + 1;
        draft.leases.put(open.holder(), draft.lastLease);
        return new FleetOutcome.LeaseOpened(draft.lastLease);
    }

    private FleetOutcome closeLeases(Draft draft, CloseLeases close) {
        for (long lease : close.leases()) {
            if (lease < 1 || lease > map.lastLease()) {
                return refused(Refusal.NO_SUCH_LEASE, Long.toString(lease));
            }
        }
        draft.leases.values().removeIf(close.leases()::contains);
        return DONE;
    }

    private FleetOutcome setFeatureLevel(Draft draft, int level) {
        if (level < map.featureLevel()) {
            return refused(Refusal.LEVEL_LOWER, "it is " + map.featureLevel());
        }
        if (level > FEATURE_LEVEL_MAX) {
            return refused(Refusal.INVALID, "a feature level is at most " + FEATURE_LEVEL_MAX);
        }
        draft.featureLevel = level;
        return DONE;
    }

    private FleetOutcome setScheme(Draft draft, SetScheme set) {
        if (!named(set.storageClass())) {
            return refused(Refusal.INVALID, "a storage class has 1 to 255 characters");
        }
        if (set.scheme() == 0) {
            draft.schemes.remove(set.storageClass());
        } else {
            draft.schemes.put(set.storageClass(), set.scheme());
        }
        return draft.schemes.size() > SCHEMES_MAX
                ? refused(Refusal.TOO_MANY, "at most " + SCHEMES_MAX + " storage classes")
                : DONE;
    }

    private FleetOutcome setNamespaceHolders(Draft draft, List<DiskId> holders) {
        if (holders.isEmpty() || holders.size() > HOLDERS_MAX) {
            return refused(Refusal.INVALID, "1 to " + HOLDERS_MAX + " disks hold the namespace's log");
        }
        List<DiskId> sorted = holders.stream().sorted().distinct().toList();
        if (sorted.size() < holders.size()) {
            return refused(Refusal.CROWDED, "a disk twice");
        }
        for (DiskId holder : sorted) {
            FleetDisk disk = map.disks().get(holder);
            if (disk == null) {
                return refused(Refusal.NO_SUCH_DISK, holder.toString());
            }
            if (disk.role() == FleetDisk.Role.REMOVED) {
                return refused(Refusal.DISK_REMOVED, holder.toString());
            }
        }
        draft.namespaceHolders = sorted;
        return DONE;
    }

    private static boolean named(String name) {
        return !name.isEmpty() && name.length() <= NAME_CHARS_MAX;
    }

    private static FleetOutcome refused(Refusal refusal, String detail) {
        return new FleetOutcome.Refused(refusal, detail);
    }
}

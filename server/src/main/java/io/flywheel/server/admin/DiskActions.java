package io.flywheel.server.admin;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetDisk;
import io.flywheel.namespace.fleet.FleetMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// What operators do to disks. One action at a time: each is decided on what the one before has left. With {@code
/// dry-run} an action says what it would do and does nothing.
final class DiskActions {
    /// For commands that are only tried.
    private static final Command.Stamp NOBODY = new Command.Stamp(0, 0, 0, new AccountId("0".repeat(64)));

    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    private final RunningStore store;
    private final DiskHost host;
    private final Random random;
    private final Tasks.Mutex mutex;

    DiskActions(RunningStore store, DiskHost host, Tasks tasks, Random random) {
        this.store = store;
        this.host = host;
        this.random = random;
        mutex = tasks.mutex();
    }

    /// Does one at a time.
    Json alone(Supplier<Json> action) {
        mutex.lock();
        try {
            return action.get();
        } finally {
            mutex.unlock();
        }
    }

    /// Refuses when the request was meant for another store.
    private void checkStore(Parameters parameters) {
        String asked = parameters.text("store").orElse("");
        if (!asked.isEmpty() && !asked.equals(store.name())) {
            throw AdminRefusal.conflict("this server has the store " + store.name() + ", not " + asked);
        }
    }

    Json add(Parameters parameters) {
        checkStore(parameters);
        Path folder = folder(parameters.required("dir"));
        var domains = domains(parameters, new Domains("", "", ""));
        long capacity = freshBytes(folder);
        var answer = new Answer("add", parameters).step("make a disk of " + folder + " (" + Text.bytes(capacity) + ")");
        var plan = SharePlan.of(with(fresh(), domains, capacity), here(fresh()), random);
        long bytesPerSlot = bytesPerSlot();
        answer.step("add it to the fleet, which has "
                        + Text.count(disks(store.map()).size(), "disk", "disks") + " so far")
                .step("until it has its share: add " + Text.count(plan.copysets(), "copyset", "copysets") + " and move "
                        + Text.count(plan.slots(), "slot", "slots") + " (about "
                        + Text.bytes(plan.slots() * bytesPerSlot) + "), for the schemes of now")
                .work(plan.slots(), plan.slots() * bytesPerSlot);
        answer.redundancy("stays what it is: a slot keeps its disk until another has all of its shards");
        return answer.act(() -> Optional.of(host.add(folder, domains)), Optional.of(folder));
    }

    Json drain(Parameters parameters) {
        checkStore(parameters);
        var disk = disk(parameters.required("disk"));
        boolean cancel = parameters.flag("cancel");
        var answer = new Answer("drain", parameters);
        boolean draining = disk.role() == FleetDisk.Role.DRAINING;
        if (cancel) {
            answer.step(
                    draining
                            ? "use " + named(disk) + " again; slots that are moving away already go on"
                            : "nothing: " + named(disk) + " is not being drained");
            return answer.act(() -> apply(disk, draining, false), Optional.empty());
        }
        if (store.map().namespaceHolders().isEmpty() && holdsNamespace(disk)) {
            throw AdminRefusal.conflict(
                    named(disk) + " cannot be drained: it holds the only copy of the namespace's log");
        }
        var plan = plan(store.map(), disk.id());
        if (!plan.isPossible()) {
            throw AdminRefusal.conflict(named(disk) + " cannot be drained: " + String.join("; ", plan.obstacles())
                    + ". Add a disk first, or replace it by another: ./flywheel disk replace "
                    + named(disk) + " NEWDIR");
        }
        answer.step(
                draining
                        ? "nothing new: " + named(disk) + " is being drained; " + moves(plan) + " to go"
                        : "move " + moves(plan) + " from " + named(disk) + " to other disks, and give it no new ones");
        answer.work(plan).redundancy("stays what it is: shards are read from the disk while others get them");
        return answer.act(() -> apply(disk, !draining, true), Optional.empty());
    }

    private Optional<DiskId> apply(FleetDisk disk, boolean change, boolean draining) {
        if (change) {
            host.drain(disk.id(), draining);
        }
        return Optional.of(disk.id());
    }

    Json remove(Parameters parameters) {
        checkStore(parameters);
        var disk = disk(parameters.required("disk"));
        boolean lost = parameters.flag("lost");
        long copysets = copysets(store.map(), disk.id());
        var answer = new Answer("remove", parameters);
        if (copysets == 0) {
            refuseLast(disk);
            refuseHolder(disk);
            answer.step("give up " + named(disk) + " for ever: what it holds is never used again, and its folder can be"
                    + " emptied");
            return answer.redundancy("stays what it is: no copyset has a slot on it")
                    .act(
                            () -> {
                                host.remove(disk.id());
                                return Optional.of(disk.id());
                            },
                            Optional.empty());
        }
        if (!lost) {
            throw AdminRefusal.conflict(Text.count(copysets, "copyset has", "copysets have") + " slots on "
                    + named(disk) + ": its data would be lost. Run './flywheel disk drain " + named(disk)
                    + "' first; if the disk is dead, './flywheel disk remove --lost "
                    + named(disk) + "' has what it held made anew from the others");
        }
        refuseLost(disk);
        var plan = plan(store.map(), disk.id());
        answer.step("record that " + named(disk) + " is lost")
                .step("make " + moves(plan) + " anew on other disks at once, from what their copysets have elsewhere")
                .step("when that is done: './flywheel disk remove " + named(disk) + "' gives it up for ever")
                .work(plan)
                .redundancy(
                        "is one disk less in " + Text.count(copysets, "copyset", "copysets") + " until that is done");
        plan.obstacles().forEach(obstacle -> answer.remark("waits for another disk: " + obstacle));
        return answer.act(() -> lose(disk), Optional.empty());
    }

    private Optional<DiskId> lose(FleetDisk disk) {
        host.lose(disk.id());
        host.drain(disk.id(), true);
        return Optional.of(disk.id());
    }

    Json replace(Parameters parameters) {
        checkStore(parameters);
        var old = disk(parameters.required("disk"));
        Path folder = folder(parameters.required("dir"));
        var domains = domains(parameters, old.domains());
        long capacity = freshBytes(folder);
        boolean open = isWell(old);
        var plan = planWith(old, domains, capacity);
        if (!plan.isPossible()) {
            throw AdminRefusal.conflict(
                    named(old) + " cannot be replaced by " + folder + ": " + String.join("; ", plan.obstacles()));
        }
        var answer = new Answer("replace", parameters)
                .step("make a disk of " + folder + " (" + Text.bytes(capacity) + ") and add it to the fleet")
                .step(
                        open
                                ? "move " + moves(plan) + " from " + named(old) + " to it and others"
                                : "record that " + named(old) + " is lost, and make " + moves(plan)
                                        + " anew from what their copysets have elsewhere")
                .step("when that is done: './flywheel disk remove " + named(old) + "' gives it up for ever")
                .work(plan)
                .redundancy(
                        open
                                ? "stays what it is: shards are read from the old disk while others get them"
                                : "is one disk less in "
                                        + Text.count(copysets(store.map(), old.id()), "copyset", "copysets")
                                        + " until that is done");
        return answer.act(
                () -> {
                    host.add(folder, domains);
                    if (open) {
                        host.drain(old.id(), true);
                        return Optional.of(old.id());
                    }
                    return lose(old);
                },
                Optional.empty());
    }

    Json restore(Parameters parameters) {
        checkStore(parameters);
        Path folder = folder(parameters.required("dir"));
        DiskId id = switch (host.look(folder)) {
            case DiskHost.Found.Fresh _ ->
                throw AdminRefusal.conflict(folder + " is missing or empty: nothing is there to restore. If its"
                        + " file system is not mounted, mount it; to begin with an empty disk run './flywheel disk"
                        + " add " + folder + "'");
            case DiskHost.Found.Unusable(var why) -> throw AdminRefusal.conflict(why);
            case DiskHost.Found.Disk(var found, var of)
            when !of.equals(store.name()) ->
                throw AdminRefusal.conflict("the disk " + folder + " (" + found + ") belongs to the store " + of
                        + ", this server has " + store.name());
            case DiskHost.Found.Disk(var found, var _) -> found;
        };
        var known = store.map()
                .disk(id)
                .orElseThrow(() -> AdminRefusal.conflict(
                        "the fleet has never had the disk " + folder + " (" + id + "): it cannot be restored"));
        if (known.role() == FleetDisk.Role.REMOVED) {
            throw AdminRefusal.conflict(
                    "the disk " + folder + " (" + id + ") was removed from this store for ever: what"
                            + " it holds is out of date and is not used. Empty the folder to add it as a new disk");
        }
        if (store.disks().containsKey(id)) {
            throw AdminRefusal.conflict("the disk " + folder + " (" + id + ") is open already");
        }
        long copysets = copysets(store.map(), id);
        var answer = new Answer("restore", parameters)
                .step("open the disk " + folder + " and count on it again")
                .redundancy("grows in " + Text.count(copysets, "copyset", "copysets"))
                .remark("what was deleted or moved while it was away is not used: reads go by the fleet map and the"
                        + " namespace of now, and the audit removes what nothing references");
        if (known.role() == FleetDisk.Role.DRAINING) {
            answer.remark("its slots go on moving elsewhere; './flywheel disk drain --cancel " + folder
                    + "' keeps what is left");
        }
        return answer.act(
                () -> {
                    host.restore(folder);
                    return Optional.of(id);
                },
                Optional.of(folder));
    }

    Json scrub(Parameters parameters) {
        checkStore(parameters);
        var answer = new Answer("scrub", parameters).step("read every byte of every disk, beginning now");
        return answer.act(
                () -> {
                    host.scrub();
                    return Optional.empty();
                },
                Optional.empty());
    }

    /// The disk that a path or a name means.
    private FleetDisk disk(String text) {
        FleetMap map = store.map();
        var found = id(text).flatMap(map::disk);
        if (found.isEmpty()) {
            throw AdminRefusal.missing("no disk of this store is known as '" + text
                    + "'; './flywheel status' lists the disks, with the names of those that are not here");
        }
        if (found.get().role() == FleetDisk.Role.REMOVED) {
            throw AdminRefusal.conflict("the disk '" + text + "' was removed already");
        }
        return found.get();
    }

    private Optional<DiskId> id(String text) {
        for (var open : store.disks().values()) {
            if (open.path().toString().equals(text)) {
                return Optional.of(open.id());
            }
        }
        for (Map.Entry<DiskId, Path> last : store.paths().entrySet()) {
            if (last.getValue().toString().equals(text)) {
                return Optional.of(last.getKey());
            }
        }
        if (ID.matcher(text).matches()) {
            return Optional.of(DiskId.parse(text));
        }
        return host.look(folder(text)) instanceof DiskHost.Found.Disk(var id, var of) && of.equals(store.name())
                ? Optional.of(id)
                : Optional.empty();
    }

    private static Path folder(String text) {
        Path folder = Path.of(text);
        if (!folder.isAbsolute()) {
            throw AdminRefusal.invalid("'" + text + "' is no absolute path");
        }
        return folder.normalize();
    }

    private long freshBytes(Path folder) {
        return switch (host.look(folder)) {
            case DiskHost.Found.Fresh(var bytes) -> bytes;
            case DiskHost.Found.Unusable(var why) -> throw AdminRefusal.conflict(why);
            case DiskHost.Found.Disk(var id, var of) ->
                throw AdminRefusal.conflict(
                        of.equals(store.name())
                                ? folder + " is the disk " + id + " of this store already; if it was away, run"
                                        + " './flywheel disk restore " + folder + "'"
                                : folder + " is a disk of another store, " + of + ". Nothing was written");
        };
    }

    private static Domains domains(Parameters parameters, Domains standard) {
        try {
            return new Domains(
                    parameters.text("zone").orElse(standard.zone()),
                    parameters.text("rack").orElse(standard.rack()),
                    parameters.text("node").orElse(standard.node()));
        } catch (IllegalArgumentException e) {
            throw AdminRefusal.invalid(String.valueOf(e.getMessage()));
        }
    }

    private boolean isWell(FleetDisk disk) {
        var open = store.disks().get(disk.id());
        return open != null && open.condition() != OpenDisk.Condition.FAILED && disk.present();
    }

    private void refuseLost(FleetDisk disk) {
        if (isWell(disk)) {
            throw AdminRefusal.conflict(named(disk) + " is here and answers: run './flywheel disk drain " + named(disk)
                    + "', which keeps full redundancy on the way");
        }
    }

    private void refuseHolder(FleetDisk disk) {
        if (holdsNamespace(disk)) {
            throw AdminRefusal.conflict(
                    named(disk) + " holds a copy of the namespace's log: run './flywheel disk drain " + named(disk)
                            + "' first, which gives it to another disk");
        }
    }

    private boolean holdsNamespace(FleetDisk disk) {
        return store.map().namespaceHolders().contains(disk.id())
                || store.namespaceLog().copies().stream()
                        .anyMatch(copy -> copy.disk().equals(disk.id()));
    }

    private void refuseLast(FleetDisk disk) {
        if (disks(store.map()).size() == 1) {
            throw AdminRefusal.conflict(named(disk) + " is the only disk of the store");
        }
    }

    private DrainPlan plan(FleetMap map, DiskId disk) {
        var open = store.disks();
        long free = open.values().stream()
                .filter(each -> !each.id().equals(disk))
                .filter(each -> map.disk(each.id()).map(FleetDisk::takesSlots).orElse(false))
                .mapToLong(each -> free(each, map))
                .sum();
        return DrainPlan.of(map, disk, open.keySet(), bytes(disk), free, random);
    }

    /// Stands for a disk that is not made yet.
    private static DiskId fresh() {
        return new DiskId(new UUID(0, 0));
    }

    /// The map that it would be after a disk was added.
    private FleetMap with(DiskId fresh, Domains domains, long capacityBytes) {
        return store.map()
                .apply(new FleetCommand.AddDisk(NOBODY, fresh, domains, capacityBytes, capacityBytes))
                .map();
    }

    private Set<DiskId> here(DiskId fresh) {
        var here = new TreeSet<>(store.disks().keySet());
        here.add(fresh);
        return here;
    }

    /// The mean of what slots hold.
    private long bytesPerSlot() {
        long slots = store.map().copysets().stream().mapToLong(Copyset::width).sum();
        long bytes = store.disks().values().stream()
                .mapToLong(disk -> disk.store().space().usedBytes())
                .sum();
        return slots == 0 ? 0 : bytes / slots;
    }

    /// What it would be after a disk was added.
    private DrainPlan planWith(FleetDisk old, Domains domains, long capacityBytes) {
        var with = with(fresh(), domains, capacityBytes);
        var here = here(fresh());
        long free = capacityBytes
                + store.disks().values().stream()
                        .filter(each -> !each.id().equals(old.id()))
                        .mapToLong(each -> free(each, with))
                        .sum();
        return DrainPlan.of(with, old.id(), here, bytes(old.id()), free, random);
    }

    /// What slots that move to a disk may take; at most what it has in all, so that sums stay exact.
    private static long free(OpenDisk disk, FleetMap map) {
        var space = disk.store().space();
        return Math.min(
                map.disk(disk.id()).map(FleetDisk::capacityBytes).orElse(0L), space.freeBytes() + space.garbageBytes());
    }

    /// What a disk holds; as much as the mean of the others where it cannot be asked.
    private long bytes(DiskId disk) {
        var open = store.disks();
        var own = open.get(disk);
        return own != null
                ? own.store().space().usedBytes()
                : (long) open.values().stream()
                        .mapToLong(each -> each.store().space().usedBytes())
                        .average()
                        .orElse(0);
    }

    private static String moves(DrainPlan plan) {
        return Text.count(plan.slots(), "slot", "slots") + " (about " + Text.bytes(plan.bytes()) + ")";
    }

    private static long copysets(FleetMap map, DiskId disk) {
        return map.copysets().stream().filter(copyset -> copyset.names(disk)).count();
    }

    private static List<FleetDisk> disks(FleetMap map) {
        return map.disks().values().stream()
                .filter(disk -> disk.role() != FleetDisk.Role.REMOVED)
                .toList();
    }

    private String named(FleetDisk disk) {
        return path(disk.id()).map(Path::toString).orElse(disk.id().toString());
    }

    private Optional<Path> path(DiskId id) {
        return Optional.ofNullable(store.disks().get(id))
                .map(OpenDisk::path)
                .or(() -> Optional.ofNullable(store.paths().get(id)));
    }

    /// What an action does, and the answer that tells of it.
    private final class Answer {
        private final boolean dryRun;
        private final Json json;
        private final List<String> steps = new ArrayList<>();
        private final List<String> remarks = new ArrayList<>();

        Answer(String action, Parameters parameters) {
            dryRun = parameters.flag("dry-run");
            json = new Json().with("action", action).with("dryRun", dryRun);
        }

        Answer step(String step) {
            steps.add(step);
            return this;
        }

        Answer remark(String remark) {
            remarks.add(remark);
            return this;
        }

        Answer redundancy(String redundancy) {
            json.with("redundancy", redundancy);
            return this;
        }

        Answer work(DrainPlan plan) {
            return work(plan.slots(), plan.bytes());
        }

        Answer work(int slots, long bytes) {
            json.with("slots", slots).with("bytes", bytes);
            return this;
        }

        /// @param change makes the change, and says to which disk
        /// @param folder of a disk that has no other path yet
        Json act(Supplier<Optional<DiskId>> change, Optional<Path> folder) {
            json.with("steps", steps).with("remarks", remarks);
            Optional<DiskId> disk = dryRun ? Optional.empty() : change.get();
            return json.with("disk", disk.map(DiskId::toString))
                    .with(
                            "path",
                            disk.flatMap(DiskActions.this::path)
                                    .or(() -> folder)
                                    .map(Path::toString));
        }
    }
}

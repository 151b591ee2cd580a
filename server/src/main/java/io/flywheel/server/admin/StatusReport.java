package io.flywheel.server.admin;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.fleet.FleetDisk;
import io.flywheel.namespace.fleet.FleetMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/// How the store is: the answer to {@code status}.
final class StatusReport {
    private final RunningStore store;
    private final FleetMap map;
    private final SortedMap<DiskId, OpenDisk> open;
    private final Redundancy redundancy;
    private final int unreadable;
    private final NamespaceLog log;
    private final List<String> reasons = new ArrayList<>();
    private Verdict verdict = Verdict.HEALTHY;

    StatusReport(RunningStore store) {
        this.store = store;
        map = store.map();
        open = store.disks();
        redundancy = Redundancy.of(map.copysets(), open.keySet()::contains);
        unreadable = redundancy.overdrawn() == 0 ? 0 : unreadable();
        log = store.namespaceLog();
    }

    Json json() {
        var disks = disks();
        judgeCopysets();
        var namespace = namespace();
        var workers = store.workers().stream().map(this::worker).toList();
        return new Json()
                .with("verdict", verdict.words())
                .with("reasons", List.copyOf(reasons))
                .with("release", store.release())
                .with("fleet", store.name())
                .with("mapVersion", map.version())
                .with("disks", disks)
                .with("removedDisks", removed())
                .with("storageClasses", storageClasses())
                .with("namespace", namespace)
                .with(
                        "copysets",
                        new Json()
                                .with("total", map.copysets().size())
                                .with("moving", redundancy.moving())
                                .with("unreadable", unreadable)
                                .with(
                                        "byRedundancy",
                                        redundancy.levels().stream()
                                                .map(level -> new Json()
                                                        .with("parity", level.parity())
                                                        .with("remaining", level.remaining())
                                                        .with("copysets", level.copysets()))
                                                .toList()))
                .with("workers", workers);
    }

    private void judge(Verdict worse, String reason) {
        verdict = verdict.or(worse);
        reasons.add(reason);
    }

    private List<Json> disks() {
        return map.disks().values().stream()
                .filter(disk -> disk.role() != FleetDisk.Role.REMOVED)
                .map(this::disk)
                .toList();
    }

    private long removed() {
        return map.disks().values().stream()
                .filter(disk -> disk.role() == FleetDisk.Role.REMOVED)
                .count();
    }

    private Json disk(FleetDisk disk) {
        var here = Optional.ofNullable(open.get(disk.id()));
        var state = DiskState.of(disk, here);
        if (state.verdict() != Verdict.HEALTHY) {
            judge(
                    state.verdict(),
                    "disk "
                            + path(disk.id()).orElse(disk.id().toString()) + " is " + state.words()
                            + (state.reason().isEmpty() ? "" : ": " + state.reason()));
        }
        here.filter(each -> !each.damages().isEmpty())
                .ifPresent(each -> judge(
                        Verdict.DEGRADED,
                        "disk " + each.path() + " has "
                                + Text.count(each.damages().size(), "damage", "damages")));
        Domains domains = disk.domains();
        var json = new Json()
                .with("id", disk.id().toString())
                .with("path", path(disk.id()))
                .with("state", state.words())
                .with("reason", state.reason())
                .with("draining", disk.role() == FleetDisk.Role.DRAINING)
                .with("node", domains.node())
                .with("rack", domains.rack())
                .with("zone", domains.zone())
                .with("capacityBytes", disk.capacityBytes())
                .with("weight", disk.weight())
                .with(
                        "holdsNamespace",
                        log.copies().stream().anyMatch(copy -> copy.disk().equals(disk.id())))
                .with(
                        "copysets",
                        map.copysets().stream()
                                .filter(each -> each.names(disk.id()))
                                .count());
        here.ifPresent(each -> measured(json, each));
        return json;
    }

    private Optional<String> path(DiskId disk) {
        return Optional.ofNullable(store.paths().get(disk)).map(Path::toString);
    }

    private static void measured(Json json, OpenDisk disk) {
        var space = disk.store().space();
        json.with("totalBytes", space.totalBytes())
                .with("usedBytes", space.usedBytes())
                .with("garbageBytes", space.garbageBytes())
                .with("freeBytes", space.freeBytes())
                .with("requestsInFlight", disk.heat().inFlight())
                .with("requestsPerSecond", disk.heat().perSecond())
                .with("latencyMillis", disk.heat().latencyMillis())
                .with("damages", disk.damages());
    }

    private void judgeCopysets() {
        if (unreadable > 0) {
            judge(
                    Verdict.UNAVAILABLE,
                    Text.count(unreadable, "copyset", "copysets")
                            + " lost more disks than their blocks can spare: their"
                            + " objects cannot be read until disks return");
        }
        if (redundancy.overdrawn() > unreadable) {
            judge(
                    Verdict.DEGRADED,
                    Text.count(redundancy.overdrawn() - unreadable, "copyset", "copysets")
                            + " without blocks lost more disks than they could spare: they wait until disks return");
        }
        if (redundancy.exposed() > 0) {
            judge(
                    Verdict.AT_RISK,
                    Text.count(redundancy.exposed(), "copyset", "copysets") + " would not survive one more lost disk");
        }
        if (redundancy.reduced() > 0) {
            judge(
                    Verdict.DEGRADED,
                    Text.count(redundancy.reduced(), "copyset", "copysets") + " lost redundancy and can lose more");
        }
    }

    /// Copysets with blocks that cannot be read. Where nobody can say whether there are any, there are.
    private int unreadable() {
        return (int) map.copysets().stream()
                .filter(copyset -> Redundancy.remaining(copyset, open.keySet()::contains) < 0)
                .filter(copyset -> {
                    try {
                        return store.namespace().hasBlocks(copyset.id());
                    } catch (Namespace.Unreadable e) {
                        return true;
                    }
                })
                .count();
    }

    private Json namespace() {
        int mayLose = log.mayLose();
        int madeToLose = log.madeToLose(map);
        judgeNamespace(mayLose, madeToLose);
        return new Json()
                .with("position", store.namespace().position())
                .with("mayLose", mayLose)
                .with("madeToLose", madeToLose)
                .with(
                        "log",
                        log.copies().stream()
                                .map(copy -> new Json()
                                        .with("disk", copy.disk().toString())
                                        .with("path", path(copy.disk()))
                                        .with("inSync", copy.inSync())
                                        .with("state", copy.words()))
                                .toList());
    }

    private void judgeNamespace(int mayLose, int madeToLose) {
        long inSync = log.copies().stream().filter(LogCopy::inSync).count();
        String held = Text.count(log.copies().size(), "disk holds", "disks hold") + " the namespace's log, of which "
                + inSync + (inSync == 1 ? " has" : " have") + " the latest changes: ";
        if (mayLose < 0) {
            judge(
                    Verdict.UNAVAILABLE,
                    held + "nothing can be changed, and no start finds it again, until more of them return");
        } else if (mayLose < madeToLose) {
            judge(
                    mayLose == 0 ? Verdict.AT_RISK : Verdict.DEGRADED,
                    held + "it may lose " + mayLose + " more, and was made to lose " + madeToLose);
        } else if (inSync < log.copies().size()) {
            judge(Verdict.DEGRADED, held + "it may lose " + mayLose + " more");
        }
    }

    private List<Json> storageClasses() {
        return store.schemes().entrySet().stream()
                .map(entry -> new Json()
                        .with("name", entry.getKey())
                        .with("scheme", entry.getValue().toString())
                        .with("bytesPerByte", entry.getValue().overhead())
                        .with("survives", survives(entry.getValue())))
                .toList();
    }

    /// What the scheme of a storage class protects against, given the copysets there are.
    private String survives(Scheme scheme) {
        int parity = scheme.parityShards();
        if (parity == 0) {
            return "crashes; a disk that fails takes its objects with it";
        }
        String disks = "the loss of any " + Text.count(parity, "disk", "disks");
        return map.copysets().stream()
                .filter(copyset -> copyset.parity() == parity)
                .map(Copyset::level)
                .min(Domains.Level::compareTo)
                .filter(level -> level != Domains.Level.DISK)
                .map(level -> disks + ", or any 1 " + level.name().toLowerCase(java.util.Locale.ROOT))
                .orElse(disks);
    }

    private Json worker(WorkerState worker) {
        if (!worker.alarm().isEmpty()) {
            judge(Verdict.DEGRADED, worker.name() + ": " + worker.alarm());
        }
        return new Json()
                .with("name", worker.name())
                .with("doing", worker.doing())
                .with("share", worker.share())
                .with("bytesPerSecond", worker.bytesPerSecond())
                .with("remainingSeconds", worker.remaining().map(java.time.Duration::toSeconds))
                .with("alarm", worker.alarm());
    }
}

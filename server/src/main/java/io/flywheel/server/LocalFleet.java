package io.flywheel.server;

import io.flywheel.background.Rebalance;
import io.flywheel.background.SystemStamps;
import io.flywheel.base.Clock;
import io.flywheel.base.DiskId;
import io.flywheel.base.FleetId;
import io.flywheel.base.Loopback;
import io.flywheel.base.NodeId;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.base.WholeFile;
import io.flywheel.base.real.FileOnDisk;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetDisk.Role;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.namespace.fleet.FleetOutcome;
import io.flywheel.namespace.fleet.FleetStore;
import io.flywheel.namespace.fleet.WatchedFleet;
import io.flywheel.objects.FleetDisk;
import io.flywheel.objects.MappedFleet;
import io.flywheel.placement.StorageSchemes;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.storage.ClientOptions;
import io.flywheel.storage.Epochs;
import io.flywheel.storage.NodeOptions;
import io.flywheel.storage.RemoteDisk;
import io.flywheel.storage.StorageClient;
import io.flywheel.storage.StorageNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The storage fleet of one process: the disks that are here, behind the shard protocol, and the map that says
/// what belongs to the store. What the map says and what can be asked is told to `objects` with every change.
final class LocalFleet implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalFleet.class);
    private static final NodeId NODE = new NodeId("local");

    private final Configuration configuration;
    private final InjectedFaults faults;
    private final Tasks.Mutex refreshing;
    private final Tasks tasks;
    private final Clock clock;
    private final SystemStamps stamps;
    private final FleetStore store;
    private final WatchedFleet fleet;
    private final SchemePolicy schemes;
    private final StorageNode node;
    private final StorageClient client;
    private final MappedFleet mapped;
    private final ConcurrentSkipListMap<DiskId, AttachedDisk> disks = new ConcurrentSkipListMap<>();
    private final ConcurrentSkipListMap<DiskId, FleetDisk> there = new ConcurrentSkipListMap<>();
    private final List<SharedNote> notes = new ArrayList<>();
    private final DiskFolders folders;

    private final AtomicReference<Optional<Follower>> follower = new AtomicReference<>(Optional.empty());

    /// Who has a part of every disk.
    interface Follower {
        /// Called once the disk serves.
        void attached(DiskDirectory directory);

        /// Called before the disk is closed.
        void detached(DiskId id);

        /// Called with every change of the map, by whoever makes it; must not make one.
        void mapChanged();
    }

    private LocalFleet(
            DiskDirectories directories,
            FleetStore store,
            Configuration configuration,
            InjectedFaults faults,
            Tasks tasks,
            Clock clock,
            Random random) {
        this.configuration = configuration;
        this.faults = faults;
        refreshing = tasks.mutex();
        this.tasks = tasks;
        this.clock = clock;
        this.store = store;
        stamps = new SystemStamps(clock, random);
        folders = new DiskFolders(note("folders"));
        schemes = new SchemePolicy(configuration.schemes(), tasks);
        var fleetId = new FleetId(DiskId.parse(directories.store()).uuid());
        var loopback = new Loopback(tasks, clock).as(NODE);
        node = new StorageNode(tasks, clock, NodeOptions.DEFAULT);
        node.serve(loopback, fleetId);
        client = new StorageClient(loopback, NODE, fleetId, tasks, clock, ClientOptions.DEFAULT);
        mapped = new MappedFleet(tasks, clock, random, topology(store.map()), List.of());
        fleet = new WatchedFleet(store, tasks, _ -> changed());
    }

    /// Opens the map and the disks that are here.
    ///
    /// @throws StartRefused when the map is not on a majority of its disks, or the disks cannot hold the
    /// schemes; what was opened is closed
    static LocalFleet open(
            DiskDirectories directories,
            Configuration configuration,
            StartFlags flags,
            InjectedFaults faults,
            Tasks tasks,
            Clock clock,
            Random random) {
        var stamps = new SystemStamps(clock, random);
        var files = FleetMapStart.files(directories.here(), faults);
        var store = new FleetMapStart(directories, flags.withoutMajority(), tasks, stamps).open(files);
        LocalFleet fleet;
        try {
            fleet = new LocalFleet(directories, store, configuration, faults, tasks, clock, random);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
        try {
            directories.absent().forEach(why -> LOG.error("{}", why));
            fleet.attachAll(directories.here());
            fleet.folders.recall(id -> store.map()
                    .disk(id)
                    .filter(disk -> disk.role() != Role.REMOVED)
                    .isPresent());
            fleet.noteFolders();
            fleet.markWhatIsHere();
            fleet.makeCopysets(random);
            fleet.schemes.remarks(store.map()).forEach(remark -> LOG.info("{}", remark));
            return fleet;
        } catch (RuntimeException e) {
            fleet.close();
            throw e;
        }
    }

    private MappedFleet.Topology topology(FleetMap map) {
        var wanted = schemes.of(map);
        if (wanted.isEmpty() && schemes.decide(map) instanceof StorageSchemes.Decided.Refused(var reasons)) {
            throw StartRefused.configuration(
                    "the disks cannot hold what the configuration asks for: " + String.join("; ", reasons));
        }
        return MappedFleet.Topology.of(map, wanted);
    }

    /// All at once: each may have a log to roll forward.
    private void attachAll(List<DiskDirectory> directories) {
        var refused = new ConcurrentSkipListMap<DiskId, String>();
        var opening = new ArrayList<Tasks.Task>();
        for (var directory : directories) {
            opening.add(tasks.start(
                    "open disk",
                    () -> attach(directory)
                            .ifPresent(why -> refused.put(directory.identity().id(), why))));
        }
        opening.forEach(Tasks.Task::join);
        refused.values().forEach(why -> LOG.error("{}", why));
        if (disks.isEmpty()) {
            throw StartRefused.failure(refused.firstEntry().getValue());
        }
    }

    /// Opens a disk that the map knows, and lets it be asked. Says why when it cannot be.
    Optional<String> attach(DiskDirectory directory) {
        var id = directory.identity().id();
        var known = store.map().disk(id);
        if (known.isEmpty()) {
            return Optional.of("the disk " + directory.path() + " (" + id + ") is none of this store's");
        }
        if (known.get().role() == Role.REMOVED) {
            return Optional.of("the disk " + directory.path() + " (" + id
                    + ") was removed from this store, and what it holds is out of date. It is not used. Empty the"
                    + " folder to add it as a new disk.");
        }
        return switch (AttachedDisk.open(directory, configuration, faults, tasks, clock)) {
            case AttachedDisk.Attached.Refused(var why) -> Optional.of(why);
            case AttachedDisk.Attached.Ok(var disk) -> {
                disks.put(id, disk);
                folders.put(id, disk.path());
                disk.store().damage().forEach(damage -> LOG.error("disk {} at {}: {}", id, disk.path(), damage));
                node.add(id, disk.store(), disk.store().damage());
                var remote = client.disk(id);
                there.put(id, new FleetDisk(id, asked(id), epoch -> remote.store(_ -> epoch), clock));
                refresh();
                follower.get().ifPresent(part -> part.attached(directory));
                yield Optional.empty();
            }
        };
    }

    private Epochs epochs() {
        return copyset ->
                store.map().copyset(copyset).map(found -> (long) found.epoch()).orElse(0L);
    }

    private void refresh() {
        refreshing.lock();
        try {
            mapped.change(topology(store.map()), List.copyOf(there.values()));
        } finally {
            refreshing.unlock();
        }
    }

    private void changed() {
        refresh();
        follower.get().ifPresent(Follower::mapChanged);
    }

    private void markWhatIsHere() {
        for (var disk : store.map().disks().values()) {
            if (disk.role() == Role.REMOVED) {
                continue;
            }
            boolean here = disks.containsKey(disk.id());
            if (!here) {
                LOG.error("disk {} is absent: reads and writes go on without it as far as the others allow", disk.id());
            }
            if (here != disk.present()) {
                mark(disk.id(), here);
            }
        }
    }

    /// Records in the map whether a disk answers.
    FleetOutcome mark(DiskId id, boolean present) {
        FleetOutcome outcome = fleet.apply(
                present
                        ? new FleetCommand.MarkPresent(stamps.next(), id)
                        : new FleetCommand.MarkAbsent(stamps.next(), id));
        if (outcome instanceof FleetOutcome.Refused(var refusal, var detail)) {
            LOG.error("that disk {} is {} cannot be recorded: {} {}", id, present ? "here" : "absent", refusal, detail);
        }
        return outcome;
    }

    /// Sees to it that there are copysets for every scheme in use.
    private void makeCopysets(Random random) {
        var layout = new Rebalance(
                fleet,
                () -> List.copyOf(schemes.shapes(store.map())),
                this::reachable,
                clock,
                random,
                configuration.repairGrace(),
                1);
        layout.addCopysets().forEach(why -> LOG.error("{}", why));
    }

    /// A disk that does not answer, or whose folder is another now: it is asked no more.
    void detach(DiskId id, String why) {
        LOG.error("disk {} is lost: {}", id, why);
        leave(id);
        mark(id, false);
    }

    /// Asks a disk no more that is given up: the map says so already.
    void release(DiskId id) {
        leave(id);
        store.detach(id);
        folders.remove(id);
        folders.save();
    }

    private void leave(DiskId id) {
        there.remove(id);
        refresh();
        node.remove(id);
        follower.get().ifPresent(part -> part.detached(id));
        var disk = disks.remove(id);
        if (disk != null) {
            // Whatever of it still answers may take its time.
            tasks.start("close disk", disk::close);
        }
    }

    /// Where disks were when they were last open.
    SortedMap<DiskId, Path> paths() {
        return folders.all();
    }

    /// Notes where the disks are, for a later start that misses some of them.
    void noteFolders() {
        folders.save();
    }

    /// From now on the follower hears of disks that come and go.
    void follow(Follower part) {
        follower.set(Optional.of(part));
    }

    /// Changes the map; `objects` knows when this returns.
    Fleet fleet() {
        return fleet;
    }

    FleetStore store() {
        return store;
    }

    MappedFleet objects() {
        return mapped;
    }

    /// What is wrong with disks on purpose.
    InjectedFaults faults() {
        return faults;
    }

    SchemePolicy schemes() {
        return schemes;
    }

    /// The disk as a store, whose writes are of the present epochs.
    ShardStore asked(DiskId id) {
        return client.disk(id).store(epochs());
    }

    /// A file on every disk, of which any copy does.
    WholeFile note(String name) {
        var note = new SharedNote(name, () -> notes(name), tasks);
        notes.add(note);
        return note;
    }

    private SortedMap<DiskId, WholeFile> notes(String name) {
        var files = new TreeMap<DiskId, WholeFile>();
        disks.forEach((id, disk) ->
                files.put(id, new FileOnDisk(disk.path().resolve("fleet").resolve(name))));
        return files;
    }

    /// The disk as others see it; empty while it cannot be asked.
    Optional<RemoteDisk> reachable(DiskId id) {
        return there.containsKey(id) ? Optional.of(client.disk(id)) : Optional.empty();
    }

    /// Those that are open here.
    SortedMap<DiskId, AttachedDisk> disks() {
        return new TreeMap<>(disks);
    }

    /// What every command of the store's own bears.
    SystemStamps stamps() {
        return stamps;
    }

    @Override
    public void close() {
        client.close();
        node.close();
        var closing = new ArrayList<Tasks.Task>();
        disks.values().forEach(disk -> closing.add(tasks.start("close disk", disk::close)));
        closing.forEach(Tasks.Task::join);
        disks.clear();
        notes.forEach(SharedNote::close);
        store.close();
    }
}

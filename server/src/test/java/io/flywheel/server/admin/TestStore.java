package io.flywheel.server.admin;

import io.flywheel.base.BlockId;
import io.flywheel.base.BufferPool;
import io.flywheel.base.Bytes;
import io.flywheel.base.Crc64Nvme;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.ShardId;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.Attributes;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.ModelNamespace;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.namespace.fleet.FleetOutcome;
import io.flywheel.namespace.log.QuorumLog;
import io.flywheel.placement.Heat;
import io.flywheel.shardstore.ModelShardStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/// A store of six disks /d0 to /d5 with one copyset of them, for rs(4,2), whose disks are models.
final class TestStore implements RunningStore, DiskHost {
    static final int DISKS = 6;
    static final int BLOCK_BYTES = 6000;
    static final int SHARD_BYTES = 1500;
    private static final int RS_4_2 = 0x01_02_04_02;
    private static final AccountId ROOT = new AccountId("0".repeat(64));
    private static final Command.Stamp STAMP = new Command.Stamp(0, 0, 0, ROOT);

    final TreeMap<DiskId, OpenDisk> open = new TreeMap<>();
    final List<WorkerState> workers = new ArrayList<>();
    final List<LogCopy> log = new ArrayList<>();

    /// How many disks are to hold the namespace.
    int wanted = 1;

    final Namespace namespace = new ModelNamespace(new ThreadTasks());
    FleetMap map = FleetMap.of(new UUID(1, 2));

    /// What lies in folders that are no open disks.
    final TreeMap<Path, Found> folders = new TreeMap<>();

    /// What was asked of this host, in order.
    final List<String> did = new ArrayList<>();

    private final TreeMap<DiskId, Path> paths = new TreeMap<>();
    private final BufferPool buffers = new BufferPool(new ThreadTasks(), BufferPool.PIECE_BYTES, 1);
    private final long lease;
    private long blocks;

    TestStore() {
        var ids = new ArrayList<DiskId>();
        for (int at = 0; at < DISKS; at++) {
            ids.add(add(at));
        }
        change(new FleetCommand.AddCopysets(
                STAMP, 0, List.of(new FleetCommand.AddCopysets.NewCopyset(2, Domains.Level.DISK, ids))));
        log.add(new LogCopy(disk(5), QuorumLog.State.IN_SYNC));
        namespace.apply(new Command.CreateBucket(STAMP, "bucket", "us-east-1"));
        lease = namespace.apply(new Command.OpenLease(STAMP, "test")) instanceof Outcome.LeaseOpened(var number)
                ? number
                : 0;
    }

    static DiskId disk(int at) {
        return new DiskId(new UUID(7, at));
    }

    /// Adds a disk to the map, and opens it.
    DiskId add(int at) {
        DiskId id = disk(at);
        change(new FleetCommand.AddDisk(STAMP, id, Domains.of("node" + at), 1L << 40, 1L << 40));
        open.put(id, open(at, OpenDisk.Condition.WELL, ""));
        paths.put(id, Path.of("/d" + at));
        return id;
    }

    private static OpenDisk open(int at, OpenDisk.Condition condition, String reason) {
        return new OpenDisk(
                disk(at), Path.of("/d" + at), new ModelShardStore(), condition, reason, Heat.NONE, List.of());
    }

    void change(FleetCommand command) {
        var applied = map.apply(command);
        if (applied.outcome() instanceof FleetOutcome.Refused refused) {
            throw new AssertionError(refused);
        }
        map = applied.map();
    }

    void loseDisk(int at) {
        open.remove(disk(at));
        change(new FleetCommand.MarkAbsent(STAMP, disk(at)));
    }

    void condition(int at, OpenDisk.Condition condition, String reason) {
        open.put(disk(at), open(at, condition, reason));
    }

    /// Of the only copyset.
    void beginMove(int slot, int to) {
        int epoch = map.copyset(0).orElseThrow().epoch();
        change(new FleetCommand.BeginMove(STAMP, 0, epoch, slot, disk(to)));
    }

    void drain(int at) {
        change(new FleetCommand.Drain(STAMP, disk(at), true));
    }

    void remove(int at) {
        remove(disk(at));
    }

    @Override
    public Found look(Path folder) {
        for (var each : open.values()) {
            if (each.path().equals(folder)) {
                return new Found.Disk(each.id(), name());
            }
        }
        return folders.getOrDefault(folder, new Found.Fresh(1L << 40));
    }

    @Override
    public DiskId add(Path folder, Domains domains) {
        did.add("add " + folder + " " + domains.node());
        return add(map.disks().size());
    }

    @Override
    public void restore(Path folder) {
        did.add("restore " + folder);
    }

    @Override
    public void drain(DiskId disk, boolean draining) {
        did.add((draining ? "drain " : "use ") + paths.get(disk));
        change(new FleetCommand.Drain(STAMP, disk, draining));
    }

    @Override
    public void lose(DiskId disk) {
        did.add("lose " + paths.get(disk));
        open.remove(disk);
        change(new FleetCommand.MarkAbsent(STAMP, disk));
    }

    @Override
    public void remove(DiskId disk) {
        did.add("remove " + paths.get(disk));
        open.remove(disk);
        change(new FleetCommand.RemoveDisk(STAMP, disk));
    }

    @Override
    public void scrub() {
        did.add("scrub");
    }

    @Override
    public SortedMap<DiskId, Path> paths() {
        return paths;
    }

    void move(int slot, int to) {
        change(new FleetCommand.BeginMove(STAMP, 0, map.copysets().getFirst().epoch(), slot, disk(to)));
    }

    /// Writes an object of one block, with all its shards.
    BlockId put(String key) {
        var id = new BlockId(0, lease, blocks++);
        for (int slot = 0; slot < DISKS; slot++) {
            putShard(id, slot, slot, SHARD_BYTES);
        }
        put(
                key,
                new Content.Blocks(
                        List.of(new BlockRef(id, RS_4_2, (1 << DISKS) - 1, BLOCK_BYTES, 256 << 10, checksums()))),
                BLOCK_BYTES);
        return id;
    }

    /// Of four pieces of zeros.
    private static long[] checksums() {
        var crc = new Crc64Nvme();
        crc.update(ByteBuffer.allocate(SHARD_BYTES));
        long[] each = new long[4];
        java.util.Arrays.fill(each, crc.getValue());
        return each;
    }

    void putShard(BlockId block, int slot, int disk, int bytes) {
        store(disk).put(new ShardId(block, slot), ByteBuffer.allocate(bytes)).await();
    }

    /// A whole shard of other bytes than were written.
    void putShard(BlockId block, int slot, int disk, byte value) {
        byte[] bytes = new byte[SHARD_BYTES];
        java.util.Arrays.fill(bytes, value);
        store(disk).put(new ShardId(block, slot), ByteBuffer.wrap(bytes)).await();
    }

    void deleteShard(BlockId block, int slot, int disk) {
        store(disk).delete(new ShardId(block, slot)).await();
    }

    private io.flywheel.shardstore.ShardStore store(int disk) {
        return java.util.Objects.requireNonNull(open.get(disk(disk))).store();
    }

    void put(String key, Content content, long bytes) {
        var outcome = namespace.apply(new Command.PutObject(
                STAMP,
                "bucket",
                Bytes.utf8(key),
                1,
                lease,
                Condition.NONE,
                bytes,
                "0".repeat(32),
                Optional.empty(),
                new Attributes(List.of(), List.of(), List.of(), "STANDARD"),
                content));
        if (!(outcome instanceof Outcome.ObjectPut)) {
            throw new AssertionError(outcome);
        }
    }

    Json explain(String query) {
        return new Explanation(this)
                .json(Parameters.of(query, List.of("bucket", "key", "version-id", "verify", "first", "limit")));
    }

    Json status() {
        return Json.parse(new StatusReport(this).json().toString());
    }

    @Override
    public String release() {
        return "test";
    }

    @Override
    public FleetMap map() {
        return map;
    }

    @Override
    public SortedMap<DiskId, OpenDisk> disks() {
        return open;
    }

    @Override
    public SortedMap<String, Scheme> schemes() {
        var schemes = new TreeMap<String, Scheme>();
        schemes.put("STANDARD", new Scheme.Rs(4, 2));
        return schemes;
    }

    @Override
    public Namespace namespace() {
        return namespace;
    }

    @Override
    public NamespaceLog namespaceLog() {
        return new NamespaceLog(log, wanted);
    }

    @Override
    public List<WorkerState> workers() {
        return workers;
    }

    @Override
    public BufferPool buffers() {
        return buffers;
    }
}

package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import io.flywheel.base.Bytes;
import io.flywheel.base.Clock;
import io.flywheel.base.DiskId;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.log.QuorumLog;
import io.flywheel.namespace.record.StoredBucket;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;

/// The namespace inside one process: a log of command batches on some of its disks, and tables on one of them
/// that are its materialised state. A command is acknowledged when a majority of those disks has it in its log,
/// or one half where the others are missing.
/// The tables may be lost at any time: they are rebuilt from a checkpoint, which each of those disks has, and
/// the log.
public final class EmbeddedNamespace implements Namespace {
    /// @param queueCommands how many commands may wait; more callers wait outside
    /// @param checkpointBytes after how many bytes of log the tables are made persistent
    /// @param spareBytes with less space on the disk only commands that free some are taken
    /// @param cacheBytes for versions and small objects
    /// @param readThreads for reads that may wait for the disk
    public record Options(int queueCommands, long checkpointBytes, long spareBytes, long cacheBytes, int readThreads) {
        public static final Options DEFAULT = new Options(4096, 128L << 20, 256L << 20, 16L << 20, 4);
    }

    /// What opening came to.
    public sealed interface Opened {
        record Ready(EmbeddedNamespace namespace) implements Opened {}

        /// Nothing was changed that matters; {@code why} is for the operator.
        record Refused(String why) implements Opened {}
    }

    /// How to start.
    ///
    /// @param copies disks that are to hold the log now, as far as there are so many: one more than twice those
    ///     that may be lost
    /// @param make whether a namespace may be made where there is none; never for a store that has served
    /// @param minority whether to start from the newest log at hand when the majority is missing. What was
    ///     acknowledged since that was written is lost, and the missing disks lose their part in the log
    public record Start(IntSupplier copies, boolean make, boolean minority) {
        /// Always as many copies.
        public Start(int copies, boolean make, boolean minority) {
            this(() -> copies, make, minority);
        }
    }

    /// Where it runs.
    public record Surroundings(Tasks tasks, Clock clock, Random random) {}

    /// A disk that holds the log, or should.
    public record Holder(DiskId disk, QuorumLog.State state, long persisted) {}

    private final Tasks.BlockingPool readers;
    private final Copies copies;
    private final QuorumLog log;
    private final LiveTables tables;
    private final CommandPipeline pipeline;
    private final LogHolders holders;
    private final Runnable failed;

    EmbeddedNamespace(
            Surroundings surroundings,
            Copies copies,
            QuorumLog log,
            LiveTables tables,
            CommandPipeline pipeline,
            LogHolders holders,
            Options options) {
        this.copies = copies;
        this.log = log;
        this.tables = tables;
        this.pipeline = pipeline;
        this.holders = holders;
        this.readers = surroundings.tasks().pool("namespace-read", options.readThreads());
        this.failed = pipeline::lookAtTables;
    }

    /// Opens the namespace on those of its disks that are here, or makes a new one on them. Which disks hold it
    /// says the fleet's map; where that names none, it is the one disk that has a log.
    ///
    /// @param life greater than at every start before, for example {@link
    ///     io.flywheel.namespace.fleet.FleetStore#life}
    public static Opened open(
            SortedMap<DiskId, NamespaceDisk> disks,
            Fleet fleet,
            long life,
            Start start,
            Surroundings surroundings,
            Options options) {
        return new NamespaceStart(disks, fleet, life, start, surroundings, options).open();
    }

    /// Opens the namespace of a store of one disk whose fleet's map is not kept.
    public static Opened open(NamespaceDisk disk, boolean make, Surroundings surroundings, Options options) {
        SortedMap<DiskId, NamespaceDisk> disks = new TreeMap<>();
        disks.put(disk.id(), disk);
        return open(disks, new OneDiskFleet(disk.id()), 1, new Start(1, make, false), surroundings, options);
    }

    /// Lets the namespace use a disk that was not here: one of its holders that is back, or one that may become
    /// one.
    public void attach(NamespaceDisk disk) {
        holders.attach(disk);
        tables.moreDisks();
        pipeline.lookAtTables();
    }

    /// Does without the disk from now on. Its log may be closed once this returns; calls that are under way
    /// fail then. Where the tables are on it they are made again on another one.
    public void detach(DiskId disk) {
        Tables now = tables.current();
        if (now.disk().id().equals(disk) && tables.broken(now, "the disk is detached", null)) {
            pipeline.lookAtTables();
        }
        holders.detach(disk);
    }

    /// Looks whether other disks should hold the log, because the fleet's map changed.
    public void fleetChanged() {
        holders.look();
    }

    /// The disks that hold the log, or should.
    public List<Holder> holders() {
        return holders.current().stream()
                .map(disk -> new Holder(disk, log.state(disk), log.persisted(disk)))
                .toList();
    }

    /// The disk that the tables are on.
    public DiskId tablesOn() {
        return tables.current().disk().id();
    }

    @Override
    public Outcome apply(Command command) {
        return pipeline.apply(command);
    }

    @Override
    public boolean submit(Command command, Consumer<Outcome> done) {
        return pipeline.submit(command, done);
    }

    @Override
    public long position() {
        return tables.current().machine().position();
    }

    @Override
    public Optional<Bucket> bucket(String name) {
        return tables.current().machine().bucket(name).map(StoredBucket::bucket);
    }

    @Override
    public List<Bucket> buckets(AccountId owner, String prefix, String after, int limit) {
        return read(now -> now.queries().buckets(owner, prefix, after, limit));
    }

    @Override
    public Lookup lookup(String bucket, Bytes key, VersionSelector version) {
        return peek(bucket, key, version)
                .orElseGet(() -> read(now -> now.lookups().lookup(bucket, key, version)));
    }

    @Override
    public Optional<Lookup> peek(String bucket, Bytes key, VersionSelector version) {
        try {
            return tables.current().lookups().peek(bucket, key, version);
        } catch (KeyValues.Broken e) {
            // Who asks again and waits is told.
            return Optional.empty();
        }
    }

    @Override
    public ListPage list(String bucket, ListQuery query) {
        return tables.current()
                .machine()
                .bucket(bucket)
                .map(found -> read(now -> now.listing().list(found, query)))
                .orElseGet(() -> new ListPage(List.of(), Optional.empty()));
    }

    @Override
    public VersionPage listVersions(String bucket, VersionQuery query) {
        return tables.current()
                .machine()
                .bucket(bucket)
                .map(found -> read(now -> now.versionListing().list(found, query)))
                .orElseGet(() -> new VersionPage(List.of(), Optional.empty()));
    }

    @Override
    public UploadPage listUploads(String bucket, UploadQuery query) {
        return tables.current()
                .machine()
                .bucket(bucket)
                .map(found -> read(now -> now.uploadListing().list(found, query)))
                .orElseGet(() -> new UploadPage(List.of(), List.of(), Optional.empty()));
    }

    @Override
    public Optional<Upload> upload(UploadId id) {
        return read(now -> now.queries().upload(id));
    }

    @Override
    public List<Part> parts(UploadId id, int after, int limit) {
        return read(now -> now.queries().parts(id, after, limit));
    }

    @Override
    public Optional<Part> part(UploadId id, int number) {
        return read(now -> now.queries().part(id, number));
    }

    @Override
    public Optional<PartLayout> layout(UploadId id) {
        return read(now -> now.queries().layout(id));
    }

    @Override
    public List<Deletion> deletions(long after, int limit) {
        return read(now -> now.queries().deletions(after, limit));
    }

    @Override
    public List<BlockId> blocks(BlockId from, int limit) {
        return read(now -> now.queries().blocks(from, limit));
    }

    @Override
    public List<StoredBlock> storedBlocks(BlockId from, int limit) {
        return read(now -> now.queries().storedBlocks(from, limit));
    }

    @Override
    public List<Upload> uploadsBegunBefore(long unixMillis, int limit) {
        return read(now -> now.queries().uploadsBegunBefore(unixMillis, limit));
    }

    /// Tables that cannot be read are not to be written either: what is decided by reading them would be wrong.
    private <T> T read(Function<Tables, T> question) {
        return tables.ask(readers, question, failed);
    }

    /// Finishes what was queued, makes the tables persistent and closes them. Not the disks.
    @Override
    public void close() {
        holders.close();
        tables.closing();
        pipeline.close();
        log.close();
        readers.close();
        tables.close();
        copies.close();
    }
}

package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import io.flywheel.base.Bytes;
import io.flywheel.base.Disk;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.keyvalue.Home;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.log.CommandLog;
import io.flywheel.namespace.log.LogRecovery;
import io.flywheel.namespace.record.MalformedRecord;
import io.flywheel.namespace.record.StoredBucket;
import io.flywheel.namespace.record.StoredCommand;
import io.flywheel.namespace.rocks.RocksHome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The namespace inside one process: a log of command batches on a disk, and tables that are its materialised state.
/// The tables may be lost at any time: they are rebuilt from their checkpoint and the log.
public final class EmbeddedNamespace implements Namespace {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedNamespace.class);

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

    private final Tasks tasks;
    private final Tasks.BlockingPool readers;
    private final KeyValues tables;
    private final StateMachine machine;
    private final CommandPipeline pipeline;
    private final Lookups lookups;
    private final Queries queries;
    private final Listing listing;
    private final VersionListing versionListing;
    private final UploadListing uploadListing;
    private volatile boolean closed;

    private EmbeddedNamespace(
            CommandLog log, Disk disk, KeyValues tables, StateMachine machine, Tasks tasks, Options options) {
        this.tasks = tasks;
        this.tables = tables;
        this.machine = machine;
        this.readers = tasks.pool("namespace-read", options.readThreads());
        this.lookups = new Lookups(tables, machine, options.cacheBytes());
        this.queries = new Queries(tables, machine);
        this.listing = new Listing(tables);
        this.versionListing = new VersionListing(tables);
        this.uploadListing = new UploadListing(tables);
        this.pipeline = new CommandPipeline(log, disk, tables, machine, lookups, tasks, options);
    }

    /// Opens the namespace whose log is on {@code log} and whose tables are in {@code state}. {@code
    /// checkpoints} is on the file system of {@code state}. The caller closes {@code log} last.
    ///
    /// @param make whether a namespace may be made where there is no log; never for a store that has served
    public static Opened open(
            Disk log, Path state, Path checkpoints, Tasks tasks, Random random, Options options, boolean make) {
        return open(log, new RocksHome(state, checkpoints), tasks, random, options, make);
    }

    /// The same over any home of the tables: as they are, else from their newest checkpoint, else from nothing,
    /// whichever
    /// is the first from which the log leads to the present.
    public static Opened open(Disk disk, Home home, Tasks tasks, Random random, Options options, boolean make) {
        List<Supplier<Home.Opened>> sources = List.of(home::open, home::restore, home::create);
        List<String> passedOver = new ArrayList<>();
        for (Supplier<Home.Opened> source : sources) {
            switch (source.get()) {
                case Home.Opened.Absent() -> {}
                case Home.Opened.Damaged(String why) -> passedOver.add(why);
                case Home.Opened.Open(KeyValues tables) -> {
                    Optional<Opened> opened = replayed(disk, tables, tasks, random, options, make, passedOver);
                    if (opened.isPresent()) {
                        if (opened.get() instanceof Opened.Refused) {
                            tables.close();
                        } else if (!passedOver.isEmpty()) {
                            LOG.warn("the namespace's tables were rebuilt: {}", String.join("; ", passedOver));
                        }
                        return opened.get();
                    }
                    tables.close();
                }
            }
        }
        return new Opened.Refused(
                "its tables are damaged, and neither the newest checkpoint nor the log can make up for"
                        + " them (" + String.join("; ", passedOver)
                        + "). Nothing was deleted. Restore the store's folder from a copy, or begin a new store"
                        + " elsewhere.");
    }

    /// Empty when other tables might do; says why in {@code passedOver}.
    private static Optional<Opened> replayed(
            Disk disk,
            KeyValues tables,
            Tasks tasks,
            Random random,
            Options options,
            boolean make,
            List<String> passedOver) {
        try {
            StateMachine machine = new StateMachine(tables);
            LogRecovery.Recovered recovered = LogRecovery.recover(
                    disk, tasks, machine.position(), (first, commands) -> machine.apply(first, decoded(commands)));
            if (recovered instanceof LogRecovery.Recovered.Nothing && make && machine.position() == 0) {
                recovered = LogRecovery.create(disk, tasks, random.nextLong() | 1);
            }
            return switch (recovered) {
                case LogRecovery.Recovered.Behind(String why) -> {
                    passedOver.add(why);
                    yield Optional.empty();
                }
                case LogRecovery.Recovered.Nothing() ->
                    Optional.of(new Opened.Refused("its log is missing (the tables are at position "
                            + machine.position()
                            + "). Nothing was changed. Bring back the log's extents, or restore the store's folder from"
                            + " a copy."));
                case LogRecovery.Recovered.Refused(String why) ->
                    Optional.of(new Opened.Refused("its log is damaged: " + why
                            + ". Nothing was deleted. Restore the store's folder from a copy."));
                case LogRecovery.Recovered.Ready(CommandLog log) ->
                    Optional.of(
                            machine.belongsTo(log.identity())
                                    ? new Opened.Ready(
                                            new EmbeddedNamespace(log, disk, tables, machine, tasks, options))
                                    : new Opened.Refused(
                                            "its log is not the one that its tables were made from. Nothing was"
                                                    + " changed: bring together what belongs together."));
            };
        } catch (KeyValues.Broken e) {
            passedOver.add(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static List<Command> decoded(List<byte[]> commands) throws MalformedRecord {
        List<Command> decoded = new ArrayList<>(commands.size());
        for (byte[] command : commands) {
            decoded.add(StoredCommand.decode(command));
        }
        return decoded;
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
        return machine.position();
    }

    @Override
    public Optional<Bucket> bucket(String name) {
        return machine.bucket(name).map(StoredBucket::bucket);
    }

    @Override
    public List<Bucket> buckets(AccountId owner, String prefix, String after, int limit) {
        return read(() -> queries.buckets(owner, prefix, after, limit));
    }

    @Override
    public Lookup lookup(String bucket, Bytes key, VersionSelector version) {
        return peek(bucket, key, version).orElseGet(() -> read(() -> lookups.lookup(bucket, key, version)));
    }

    @Override
    public Optional<Lookup> peek(String bucket, Bytes key, VersionSelector version) {
        try {
            return lookups.peek(bucket, key, version);
        } catch (KeyValues.Broken e) {
            // Who asks again and waits is told.
            return Optional.empty();
        }
    }

    @Override
    public ListPage list(String bucket, ListQuery query) {
        return machine.bucket(bucket)
                .map(found -> read(() -> listing.list(found, query)))
                .orElseGet(() -> new ListPage(List.of(), Optional.empty()));
    }

    @Override
    public VersionPage listVersions(String bucket, VersionQuery query) {
        return machine.bucket(bucket)
                .map(found -> read(() -> versionListing.list(found, query)))
                .orElseGet(() -> new VersionPage(List.of(), Optional.empty()));
    }

    @Override
    public UploadPage listUploads(String bucket, UploadQuery query) {
        return machine.bucket(bucket)
                .map(found -> read(() -> uploadListing.list(found, query)))
                .orElseGet(() -> new UploadPage(List.of(), List.of(), Optional.empty()));
    }

    @Override
    public Optional<Upload> upload(UploadId id) {
        return read(() -> queries.upload(id));
    }

    @Override
    public List<Part> parts(UploadId id, int after, int limit) {
        return read(() -> queries.parts(id, after, limit));
    }

    @Override
    public Optional<Part> part(UploadId id, int number) {
        return read(() -> queries.part(id, number));
    }

    @Override
    public Optional<PartLayout> layout(UploadId id) {
        return read(() -> queries.layout(id));
    }

    @Override
    public List<Deletion> deletions(long after, int limit) {
        return read(() -> queries.deletions(after, limit));
    }

    @Override
    public List<BlockId> blocks(BlockId from, int limit) {
        return read(() -> queries.blocks(from, limit));
    }

    @Override
    public List<StoredBlock> storedBlocks(BlockId from, int limit) {
        return read(() -> queries.storedBlocks(from, limit));
    }

    @Override
    public List<Upload> uploadsBegunBefore(long unixMillis, int limit) {
        return read(() -> queries.uploadsBegunBefore(unixMillis, limit));
    }

    /// Tables that cannot be read are not to be written either: what is decided by reading them would be wrong.
    private <T> T read(Callable<T> call) {
        try {
            return tasks.blocking(readers, call);
        } catch (KeyValues.Broken e) {
            if (!closed) {
                pipeline.fence("the tables cannot be read", e);
            }
            throw new Unreadable("the namespace cannot be read", e);
        }
    }

    /// Finishes what was queued, makes the tables persistent and closes them. Not the disk.
    @Override
    public void close() {
        closed = true;
        pipeline.close();
        readers.close();
        tables.close();
    }
}

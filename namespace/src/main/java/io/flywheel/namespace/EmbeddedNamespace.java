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

/// The namespace inside one process: a log of command batches on a disk, and tables that are its materialised state.
/// The tables may be lost at any time: they are rebuilt from their checkpoint and the log.
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

    /// Opens the namespace whose log is on {@code log} and whose tables are in {@code state}; makes it where
    /// neither holds anything. {@code checkpoints} is on the file system of {@code state}. The caller closes
    /// {@code log} last.
    public static Opened open(Disk log, Path state, Path checkpoints, Tasks tasks, Random random, Options options) {
        return open(log, new RocksHome(state, checkpoints), tasks, random, options);
    }

    /// The same over any home of the tables.
    public static Opened open(Disk disk, Home home, Tasks tasks, Random random, Options options) {
        Home.Opened opened = home.open();
        if (opened instanceof Home.Opened.Unusable) {
            opened = home.restore();
        }
        return switch (opened) {
            case Home.Opened.Unusable(String why) -> new Opened.Refused("the namespace's tables: " + why);
            case Home.Opened.Open(KeyValues tables) -> {
                Opened result = replay(disk, tables, tasks, random, options);
                if (result instanceof Opened.Refused) {
                    tables.close();
                }
                yield result;
            }
        };
    }

    private static Opened replay(Disk disk, KeyValues tables, Tasks tasks, Random random, Options options) {
        StateMachine machine = new StateMachine(tables);
        long applied = machine.position();
        LogRecovery.Recovered recovered =
                LogRecovery.recover(disk, tasks, applied, (first, commands) -> machine.apply(first, decoded(commands)));
        if (recovered instanceof LogRecovery.Recovered.Nothing) {
            if (applied > 0) {
                return new Opened.Refused("the namespace's log is missing, its tables are at position " + applied);
            }
            recovered = LogRecovery.create(disk, tasks, random.nextLong() | 1);
        }
        return switch (recovered) {
            case LogRecovery.Recovered.Nothing() -> throw new IllegalStateException("a log was made");
            case LogRecovery.Recovered.Refused(String why) -> new Opened.Refused("the namespace's log: " + why);
            case LogRecovery.Recovered.Ready(CommandLog log) ->
                machine.belongsTo(log.identity())
                        ? new Opened.Ready(new EmbeddedNamespace(log, disk, tables, machine, tasks, options))
                        : new Opened.Refused("the namespace's log is not the one its tables were made from");
        };
    }

    private static List<Command> decoded(List<byte[]> commands) {
        List<Command> decoded = new ArrayList<>(commands.size());
        for (byte[] command : commands) {
            try {
                decoded.add(StoredCommand.decode(command));
            } catch (MalformedRecord e) {
                throw new KeyValues.Broken("a command in the log that this release does not know", e);
            }
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
        return lookups.peek(bucket, key, version).orElseGet(() -> read(() -> lookups.lookup(bucket, key, version)));
    }

    @Override
    public Optional<Lookup> peek(String bucket, Bytes key, VersionSelector version) {
        return lookups.peek(bucket, key, version);
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
    public List<Upload> uploadsBegunBefore(long unixMillis, int limit) {
        return read(() -> queries.uploadsBegunBefore(unixMillis, limit));
    }

    private <T> T read(Callable<T> call) {
        return tasks.blocking(readers, call);
    }

    /// Finishes what was queued, makes the tables persistent and closes them. Not the disk.
    @Override
    public void close() {
        pipeline.close();
        readers.close();
        tables.close();
    }
}

package io.flywheel.server;

import io.flywheel.background.Compact;
import io.flywheel.background.ExpireUploads;
import io.flywheel.background.Orphans;
import io.flywheel.background.Reclaim;
import io.flywheel.background.Worker;
import io.flywheel.background.WorkerDriver;
import io.flywheel.base.BufferPool;
import io.flywheel.base.Clock;
import io.flywheel.base.DiskId;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.erasure.Engine;
import io.flywheel.frontend.auth.Credentials;
import io.flywheel.frontend.auth.SignatureV4;
import io.flywheel.frontend.http.HttpOptions;
import io.flywheel.frontend.http.HttpServer;
import io.flywheel.frontend.s3.ErrorDocuments;
import io.flywheel.frontend.s3.S3Options;
import io.flywheel.frontend.s3.S3Service;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.EmbeddedNamespace;
import io.flywheel.namespace.Namespace;
import io.flywheel.objects.Codes;
import io.flywheel.objects.DataPath;
import io.flywheel.objects.FleetDisk;
import io.flywheel.objects.Hedging;
import io.flywheel.objects.MappedFleet;
import io.flywheel.objects.ObjectData;
import io.flywheel.objects.WriteLease;
import io.flywheel.server.admin.AdminService;
import io.flywheel.shardstore.DiskShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.Options;
import io.flywheel.shardstore.ShardStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Every part of a store on one machine, wired: this is where a reader finds who builds what. Parts are closed
/// in the opposite order of their building, also when a later one cannot be built.
final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    /// Memory for reading objects, of {@link BufferPool#PIECE_BYTES} each: 32 MiB.
    private static final int READ_BUFFERS = 128;

    /// Memory for encoding objects: 64 MiB, of which only what is in use is taken.
    private static final int WRITE_BUFFERS = 256;

    /// Of one task's time that the data services may take.
    private static final double BACKGROUND_SHARE = 0.5;

    private static final long RESERVE_BYTES_MIN = 64L << 20;

    private final Configuration configuration;
    private final RootCredentials credentials;
    private final DiskDirectory directory;
    private final Random random;
    private final Clock clock = new SystemClock();
    private final Tasks tasks = new ThreadTasks();
    private final Deque<Runnable> closings = new ArrayDeque<>();

    private Server(Configuration configuration, RootCredentials credentials, DiskDirectory directory, Random random) {
        this.configuration = configuration;
        this.credentials = credentials;
        this.directory = directory;
        this.random = random;
    }

    /// What serves, and where.
    ///
    /// @param address as configured, with the port that was picked
    record Serving(Server server, HttpServer http, Operations operations, ListenAddress address) {}

    /// Builds everything and listens. The directory stays the caller's.
    ///
    /// @throws StartRefused when a part cannot be built; those built before are closed
    static Serving start(
            Configuration configuration, RootCredentials credentials, DiskDirectory directory, Random random) {
        var server = new Server(configuration, credentials, directory, random);
        try {
            return server.start();
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    private Serving start() {
        // Looked up before data is touched.
        var address = configuration.address().resolve();
        var disk = disk();
        var store = store(disk);
        var namespace = namespace();
        var data = data(namespace, store);
        var background = WorkerDriver.start(tasks, clock, BACKGROUND_SHARE, workers(store, namespace, data));
        closings.push(background::close);
        // On its own, so that writers who wait for space never wait for another service.
        var compact = new Compact(store, clock, configuration.reclaimBytesPerSecond());
        var reclamation = WorkerDriver.start(tasks, clock, 1, List.of(compact));
        closings.push(reclamation::close);
        var s3Options = new S3Options(
                configuration.region(),
                configuration.domains(),
                new AccountId(directory.identity().account()));
        var errors = new ErrorDocuments(directory.identity().disk());
        var root = new Credentials(credentials.accessKey(), credentials.secretKey());
        var signatures = new SignatureV4(
                accessKey -> accessKey.equals(root.accessKey()) ? Optional.of(root) : Optional.empty(),
                configuration.region(),
                clock);
        var s3 = new S3Service(namespace, data, tasks, clock, random, signatures, s3Options, errors);
        var metrics = new Metrics();
        observe(metrics, store, namespace);
        var admin =
                new AdminService(signatures, credentials.accessKey(), tasks, new OneDisk(directory, store, namespace));
        var operations = new Operations(s3, s3Options::hostNamesBucket, metrics, configuration.metricsToken(), admin);
        var log = new RequestLog(
                LogLines.STANDARD_ERROR,
                metrics,
                head -> operations.isReserved(head) ? Operations.NAME : s3.operationName(head));
        HttpOptions options = httpOptions(address);
        return switch (HttpServer.start(options, operations, errors, log)) {
            case HttpServer.Start.Failed(var reason) -> throw StartRefused.failure(reason);
            case HttpServer.Start.Started(var http) -> {
                closings.push(() -> stop(http));
                metrics.gauge("flywheel_connections", "Open connections.", http::connections);
                // Only now is a store that lost its parts a damaged one, and no longer one that never began.
                directory.complete();
                operations.ready(true);
                yield new Serving(
                        this,
                        http,
                        operations,
                        configuration.address().withPort(http.address().getPort()));
            }
        };
    }

    private WatermarkDisk disk() {
        var folder = directory.folder("extents");
        try {
            var disk = FileDisk.open(folder, directory.identity().geometry());
            closings.push(disk::close);
            LOG.info("disk {} at {}: {}", directory.identity().disk(), folder, disk.description());
            return new WatermarkDisk(disk, reserveBytes());
        } catch (IOException e) {
            throw StartRefused.failure("the disk " + folder + " cannot be opened: " + e);
        }
    }

    private ShardStore store(WatermarkDisk disk) {
        var identity = directory.identity();
        var options = Options.of(identity.id(), directory.isNew(), identity.geometry());
        return switch (DiskShardStore.open(disk, tasks, options)) {
            case Opened.Refused(var message) ->
                throw StartRefused.failure("the disk " + directory.path() + " cannot be opened: " + message);
            case Opened.Ok(var store, var recovered) -> {
                closings.push(store::close);
                if (recovered && !directory.isNew()) {
                    LOG.info("the last stop was not clean: the disk's log was rolled forward");
                }
                yield store;
            }
        };
    }

    private Namespace namespace() {
        var geometry = ExtentGeometry.ofLog(directory.identity().geometry());
        Path folder = directory.folder("namespace/log");
        FileDisk log;
        try {
            log = FileDisk.open(folder, geometry);
        } catch (IOException e) {
            throw StartRefused.failure("the folder " + folder + " cannot be used: " + e);
        }
        closings.push(log::close);
        var standard = EmbeddedNamespace.Options.DEFAULT;
        var options = new EmbeddedNamespace.Options(
                standard.queueCommands(),
                standard.checkpointBytes(),
                namespaceReserveBytes(),
                standard.cacheBytes(),
                standard.readThreads());
        Path state = directory.path().resolve("namespace/state");
        Path checkpoints = directory.path().resolve("namespace/checkpoints");
        return switch (EmbeddedNamespace.open(log, state, checkpoints, tasks, random, options, directory.isNew())) {
            case EmbeddedNamespace.Opened.Ready(var namespace) -> {
                closings.push(namespace::close);
                yield namespace;
            }
            case EmbeddedNamespace.Opened.Refused(var why) ->
                throw StartRefused.failure("the namespace on " + directory.path() + " cannot be opened: " + why);
        };
    }

    /// What of the file system extents never take: the configured share, and enough for the namespace on a
    /// small disk.
    private long reserveBytes() {
        try {
            long total = Files.getFileStore(directory.path()).getTotalSpace();
            return Math.max((long) (total * configuration.diskWatermark()), Math.min(RESERVE_BYTES_MIN, total / 8));
        } catch (IOException e) {
            throw StartRefused.failure("the disk " + directory.path() + " cannot be read: " + e);
        }
    }

    /// What small objects in the namespace leave of the reserve: the rest is for deletes.
    private long namespaceReserveBytes() {
        return reserveBytes() / 2;
    }

    private List<Worker> workers(ShardStore store, Namespace namespace, ObjectData data) {
        return List.of(
                new Reclaim(namespace, data, clock, random),
                new ExpireUploads(namespace, clock, random, configuration.uploadsExpire()),
                new Orphans(namespace, store, data));
    }

    private ObjectData data(Namespace namespace, ShardStore store) {
        var lease = switch (WriteLease.open(
                namespace, clock, random, directory.identity().disk())) {
            case WriteLease.Opened.Lease(var opened) -> opened;
            case WriteLease.Opened.Refused(var reason) ->
                throw StartRefused.failure("the namespace gives no right to write: " + reason);
        };
        var disk = new FleetDisk(DiskId.parse(directory.identity().disk()), store, clock);
        var topology = MappedFleet.Topology.ofOneDisk(disk.id(), store.space().totalBytes());
        var path = new DataPath(
                new MappedFleet(tasks, clock, random, topology, List.of(disk)),
                tasks,
                clock,
                new BufferPool(tasks, BufferPool.PIECE_BYTES, READ_BUFFERS),
                new BufferPool(tasks, BufferPool.PIECE_BYTES, WRITE_BUFFERS),
                // One disk holds whole copies: nothing is encoded.
                new Codes(Engine.scalar()),
                new Hedging(tasks));
        return switch (ObjectData.open(namespace, path, lease)) {
            case ObjectData.Opened.Ready(var data) -> data;
            case ObjectData.Opened.Refused(var reason) ->
                throw StartRefused.failure("the store on " + directory.path() + " is inconsistent: " + reason);
        };
    }

    private static void observe(Metrics metrics, ShardStore store, Namespace namespace) {
        metrics.gauge(
                "flywheel_disk_total_bytes",
                "What the disk may hold.",
                () -> store.space().totalBytes());
        metrics.gauge(
                "flywheel_disk_used_bytes",
                "What live data takes.",
                () -> store.space().usedBytes());
        metrics.gauge(
                "flywheel_disk_garbage_bytes",
                "What reclamation could give back.",
                () -> store.space().garbageBytes());
        metrics.gauge(
                "flywheel_disk_free_bytes",
                "What new data may take.",
                () -> store.space().freeBytes());
        if (store instanceof DiskShardStore engine) {
            metrics.gauge(
                    "flywheel_disk_damages",
                    "What is broken on the disk, or left alone because of that.",
                    () -> engine.damage().size());
        }
        metrics.gauge("flywheel_namespace_position", "The latest change of the namespace.", namespace::position);
    }

    private HttpOptions httpOptions(java.net.InetSocketAddress address) {
        var standard = HttpOptions.on(address);
        return new HttpOptions(
                address,
                configuration.tls().map(files -> new HttpOptions.Tls(files.cert(), files.key())),
                standard.eventLoops(),
                configuration.headerBytesMax(),
                standard.requestLineBytesMax(),
                standard.headerFieldsMax(),
                configuration.connectionsMax(),
                configuration.idleTimeout(),
                standard.headTimeout(),
                standard.rateWindow(),
                configuration.uploadBytesPerSecondMin(),
                standard.downloadBytesPerSecondMin(),
                standard.readBytesMax(),
                standard.bodyWindowBytes(),
                standard.responseWindowBytes(),
                configuration.inFlightBytesMax(),
                standard.skipBytesMax(),
                standard.lingerTimeout());
    }

    private void stop(HttpServer http) {
        Duration grace = configuration.shutdownGrace();
        if (!http.shutdown(grace)) {
            LOG.warn("requests still ran {} after the signal to stop and were cut off", grace);
        }
    }

    /// Finishes what is in flight within the configured bound, then closes every part, the last built first.
    @Override
    public void close() {
        while (!closings.isEmpty()) {
            try {
                closings.pop().run();
            } catch (RuntimeException e) {
                LOG.error("a part did not close", e);
            }
        }
    }
}

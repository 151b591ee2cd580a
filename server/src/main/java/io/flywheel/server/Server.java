package io.flywheel.server;

import io.flywheel.base.BufferPool;
import io.flywheel.base.Clock;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
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
import io.flywheel.objects.Hedging;
import io.flywheel.objects.ObjectData;
import io.flywheel.objects.WriteLease;
import io.flywheel.server.admin.AdminService;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;
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

    /// Memory for operators who have shards verified.
    private static final int VERIFY_BUFFERS = 4;

    private final Configuration configuration;
    private final StartFlags flags;
    private final RootCredentials credentials;
    private final DiskDirectories directories;
    private final Random random;
    private final Clock clock = new SystemClock();
    private final Tasks tasks = new ThreadTasks();
    private final Deque<Runnable> closings = new ArrayDeque<>();
    private final Announcement announcement = new Announcement();
    private final Tasks.Promise<Engine> engine = tasks.promise();
    private final AtomicBoolean isEngineChosen = new AtomicBoolean();

    private Server(
            Configuration configuration,
            StartFlags flags,
            RootCredentials credentials,
            DiskDirectories directories,
            Random random) {
        this.configuration = configuration;
        this.flags = flags;
        this.credentials = credentials;
        this.directories = directories;
        this.random = random;
    }

    /// What serves, and where.
    ///
    /// @param address as configured, with the port that was picked
    record Serving(Server server, HttpServer http, Operations operations, ListenAddress address) {}

    /// Builds everything and listens. The directories are closed with the server.
    ///
    /// @throws StartRefused when a part cannot be built; those built before are closed
    static Serving start(
            Configuration configuration,
            StartFlags flags,
            RootCredentials credentials,
            DiskDirectories directories,
            Random random) {
        var server = new Server(configuration, flags, credentials, directories, random);
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
        if (directories.here().size() > 1) {
            chooseEngine();
        }
        var named = directories.here().stream().map(DiskDirectory::path).toList();
        var faults = InjectedFaults.of(flags, named, tasks, clock, random);
        closings.push(faults::close);
        var fleet = LocalFleet.open(directories, configuration, flags, faults, tasks, clock, random);
        closings.push(fleet::close);
        if (fleet.store().map().disks().size() > 1) {
            chooseEngine();
        }
        var codes = new Codes(engine::await);
        var namespace = namespace(fleet);
        var data = data(namespace, fleet, codes);
        var services = DataServices.start(
                new DataServices.Store(fleet, namespace, data, codes), configuration, tasks, clock, random);
        closings.push(services::close);
        var watch = DiskWatch.start(fleet, tasks, clock);
        closings.push(watch::close);
        var s3Options = new S3Options(
                configuration.region(),
                configuration.domains(),
                new AccountId(directories.here().getFirst().identity().account()));
        var errors = new ErrorDocuments(directories.store());
        var root = new Credentials(credentials.accessKey(), credentials.secretKey());
        var signatures = new SignatureV4(
                accessKey -> accessKey.equals(root.accessKey()) ? Optional.of(root) : Optional.empty(),
                configuration.region(),
                clock);
        var s3 = new S3Service(namespace, data, tasks, clock, random, signatures, s3Options, errors);
        var metrics = new Metrics();
        observe(metrics, fleet, namespace);
        var operator = new LocalStore(
                fleet, namespace, services, new BufferPool(tasks, BufferPool.PIECE_BYTES, VERIFY_BUFFERS), clock);
        FleetMetrics.observe(metrics, operator);
        var host = new LocalDiskHost(
                fleet, directories, credentials, announcement, services.scrub()::scrubNow, tasks, random);
        var admin = new AdminService(signatures, credentials.accessKey(), tasks, random, operator, host);
        var operations = new Operations(s3, s3Options::hostNamesBucket, metrics, configuration.metricsToken(), admin);
        var log = new RequestLog(
                LogLines.STANDARD_ERROR,
                metrics,
                head -> operations.isReserved(head) ? Operations.NAME : s3.operationName(head));
        HttpOptions options = httpOptions(address);
        // From the first answer on, a store that lost its parts is a damaged one, and not one that never began.
        fleet.disks().values().forEach(disk -> disk.directory().complete());
        return switch (HttpServer.start(options, operations, errors, log)) {
            case HttpServer.Start.Failed(var reason) -> throw StartRefused.failure(reason);
            case HttpServer.Start.Started(var http) -> {
                closings.push(() -> stop(http));
                metrics.gauge("flywheel_connections", "Open connections.", http::connections);
                var served = configuration.address().withPort(http.address().getPort());
                announcement.begin(served, configuration, fleet.disks().values());
                closings.push(announcement::end);
                operations.ready(true);
                chooseEngine();
                yield new Serving(this, http, operations, served);
            }
        };
    }

    /// Chooses what encodes, once: beside everything else, since trying what this machine has takes a while. One
    /// disk holds whole copies, of which nothing is encoded: then it is chosen when the server is ready, for the
    /// disks that may be added.
    private void chooseEngine() {
        if (isEngineChosen.compareAndSet(false, true)) {
            tasks.start("choose engine", () -> {
                var choice = Engine.choose();
                choice.passedOver().forEach(why -> LOG.info("encoding: {}", why));
                LOG.info("encoding: by {}", choice.best());
                engine.complete(choice.best());
            });
        }
    }

    private EmbeddedNamespace namespace(LocalFleet fleet) {
        var host = NamespaceHost.open(fleet, configuration, flags, tasks, clock, random);
        closings.push(host::close);
        return host.namespace();
    }

    private ObjectData data(Namespace namespace, LocalFleet fleet, Codes codes) {
        var lease = switch (WriteLease.open(namespace, clock, random, directories.store())) {
            case WriteLease.Opened.Lease(var opened) -> opened;
            case WriteLease.Opened.Refused(var reason) ->
                throw StartRefused.failure("the namespace gives no right to write: " + reason);
        };
        var path = new DataPath(
                fleet.objects(),
                tasks,
                clock,
                new BufferPool(tasks, BufferPool.PIECE_BYTES, READ_BUFFERS),
                new BufferPool(tasks, BufferPool.PIECE_BYTES, WRITE_BUFFERS),
                codes,
                new Hedging(tasks));
        return switch (ObjectData.open(namespace, path, lease)) {
            case ObjectData.Opened.Ready(var data) -> data;
            case ObjectData.Opened.Refused(var reason) ->
                throw StartRefused.failure("the store is inconsistent: " + reason);
        };
    }

    private static void observe(Metrics metrics, LocalFleet fleet, Namespace namespace) {
        metrics.gauge(
                "flywheel_disk_total_bytes",
                "What the disks may hold.",
                () -> sum(fleet, disk -> disk.store().space().totalBytes()));
        metrics.gauge(
                "flywheel_disk_used_bytes",
                "What live data takes.",
                () -> sum(fleet, disk -> disk.store().space().usedBytes()));
        metrics.gauge(
                "flywheel_disk_garbage_bytes",
                "What reclamation could give back.",
                () -> sum(fleet, disk -> disk.store().space().garbageBytes()));
        metrics.gauge(
                "flywheel_disk_free_bytes",
                "What new data may take.",
                () -> sum(fleet, disk -> disk.store().space().freeBytes()));
        metrics.gauge(
                "flywheel_disk_damages",
                "What is broken on the disks, or left alone because of that.",
                () -> sum(fleet, disk -> disk.store().damage().size()));
        metrics.gauge("flywheel_namespace_position", "The latest change of the namespace.", namespace::position);
    }

    private static double sum(LocalFleet fleet, ToLongFunction<AttachedDisk> value) {
        return fleet.disks().values().stream().mapToLong(value).sum();
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

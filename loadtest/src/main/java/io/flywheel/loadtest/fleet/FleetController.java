package io.flywheel.loadtest.fleet;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.fleet.Coordination.Sent;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.session.LocalRun;
import io.flywheel.loadtest.session.RunResult;
import io.flywheel.loadtest.session.SharedRun;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// A controller: listens for agents, has them run a run file together, and gives what it came to. Its folder has its
/// identity and, until the run is over, its journal: started again on the same run file it goes on with the run.
public final class FleetController implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(50);
    /// So much is read in some seconds.
    private static final long JOURNAL_BYTES = 16 << 20;

    private static final String SEARCH = "search";
    private static final Duration LINGER = Duration.ofSeconds(2);

    /// What the world can see while it runs.
    public interface Watcher extends LocalRun.Watcher {
        /// Before the start: agents have joined or gone.
        default void gathering(int joined, int wanted) {}

        /// In each interval: so many of those that began are not lost.
        default void running(int agents, int began) {}
    }

    private final Clock clock;
    private final FleetOptions options;
    private final RunFile file;
    private final boolean more;
    private final Coordination coordination;
    private final Journal journal;
    private final ControllerIdentity identity;
    private final Connections connections;
    private final String runId;
    private final Consumer<String> log;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final long wallNanos;
    private final long monotonicNanos;
    private boolean stopTold;
    private long checkpointAtBytes = JOURNAL_BYTES;
    private Optional<String> journalBroken = Optional.empty();
    private boolean shown;
    private long shownUntil;

    /// Begins to listen.
    ///
    /// @param folder of the controller, made when there is none
    /// @param log gets what its user should know
    /// @throws IOException also when the folder has a journal of another run
    public FleetController(
            Clock clock,
            FleetOptions options,
            Loading.Loaded loaded,
            Path folder,
            InetSocketAddress address,
            Consumer<String> log)
            throws IOException {
        this(clock, options, loaded, RunFiles.of(loaded.run().file()), folder, false, address, log);
    }

    /// @param files what agents get of the run
    /// @param more another run follows on the same port; when this one is cut short nobody goes on with it
    FleetController(
            Clock clock,
            FleetOptions options,
            Loading.Loaded loaded,
            RunFiles files,
            Path folder,
            boolean more,
            InetSocketAddress address,
            Consumer<String> log)
            throws IOException {
        this.clock = clock;
        this.options = options;
        this.file = loaded.run();
        this.log = log;
        this.wallNanos = Math.multiplyExact(clock.unixMillis(), 1_000_000L);
        this.monotonicNanos = clock.monotonicNanos();
        this.more = more;
        this.identity = identity(folder);
        byte[] which = files.identity();
        var plan = file.plan(file.weights(loaded.source().names()));
        this.coordination = new Coordination(options, plan, file.load().warmup(), SharedRun.interval(file));
        // Beside the journal of a run that somebody may still want to finish.
        this.journal = more
                ? Journal.afresh(Files.createDirectories(folder.resolve(SEARCH)), which)
                : Journal.open(folder, which, entry -> coordination.replay(FleetCodec.decodeEvent(entry), now()));
        try {
            this.runId = HexFormat.of().formatHex(journal.id());
            coordination
                    .originNanos()
                    .ifPresent(origin -> log.accept("goes on with the run of " + folder + " that began at "
                            + Instant.ofEpochSecond(origin / 1_000_000_000)));
            coordination.begin(now());
            this.connections =
                    new Connections(new Handshake.Offer(options, runId, more, files), identity, address, log);
            writeDown();
        } catch (IOException | RuntimeException e) {
            if (journal.isNew()) {
                journal.delete();
            }
            journal.close();
            throw e;
        }
    }

    /// Of the controllers of a folder, which is made when there is none.
    static ControllerIdentity identity(Path folder) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return ControllerIdentity.in(folder);
    }

    /// What agents join with. Whoever has it can take part.
    public String token() {
        return identity.token().text();
    }

    public int port() {
        return connections.port();
    }

    /// A clock that goes on when the process is restarted, and does not jump while it lives.
    private long now() {
        return wallNanos + (clock.monotonicNanos() - monotonicNanos);
    }

    /// Ends the run with what it has. From any thread.
    public void stop() {
        stopping.set(true);
    }

    /// Runs it.
    ///
    /// @throws LocalRun.CannotBegin when an agent cannot
    public Outcome run(Watcher watcher) throws InterruptedException {
        long lookAt = now();
        long showAt = now();
        boolean over = false;
        while (!over) {
            var sent = new ArrayList<Sent>();
            for (var heard : connections.take(LOOK)) {
                hear(heard, sent);
            }
            if (now() >= lookAt) {
                lookAt = now() + LOOK.toNanos();
                sent.addAll(coordination.look(now()));
                over = coordination.isOver();
            }
            if (stopping.get() && !stopTold) {
                stopTold = true;
                sent.addAll(coordination.stop(now()));
            }
            writeDown();
            send(sent);
            if (now() >= showAt) {
                showAt = now() + SharedRun.interval(file).toNanos();
                show(watcher);
            }
        }
        show(watcher);
        linger();
        if (coordination.refusal().isPresent()) {
            forget();
            throw LocalRun.CannotBegin.because(coordination.refusal().get());
        }
        return outcome();
    }

    private void hear(Connections.Heard heard, List<Sent> sent) {
        try {
            var message = FleetCodec.decodeFromAgent(heard.frame());
            if (message.agent().equals(heard.agent())) {
                sent.addAll(coordination.receive(message, now()));
            }
        } catch (IOException e) {
            log.accept("agent " + heard.agent() + " sent what is no message: " + e.getMessage());
        }
    }

    /// A controller that comes back has to read it before its agents have gone.
    private static long checkpointAfter(long bytes) {
        return Math.max(JOURNAL_BYTES, 3 * bytes);
    }

    /// When that is not possible the run ends with what it has: after it, a controller must not go on from the journal.
    private void writeDown() {
        var events = coordination.takeEvents();
        if (journalBroken.isPresent()) {
            return;
        }
        try {
            journal.append(events.stream().map(FleetCodec::encode).toList());
            if (journal.bytes() >= checkpointAtBytes) {
                journal.replace(coordination.checkpoint().stream()
                        .map(FleetCodec::encode)
                        .toList());
                checkpointAtBytes = checkpointAfter(journal.bytes());
            }
        } catch (IOException e) {
            String why = "the controller's journal could not be written: " + e.getMessage();
            journalBroken = Optional.of(why);
            log.accept(why + "; the run ends with what it has");
            stopping.set(true);
            forget();
        }
    }

    private void send(List<Sent> sent) {
        sent.forEach(one -> connections.send(one.agent(), FleetCodec.encode(one.order())));
    }

    private void show(Watcher watcher) {
        if (coordination.originNanos().isEmpty()) {
            watcher.gathering(coordination.joined(), options.agents());
            return;
        }
        long until = now() - coordination.originNanos().get();
        if (until <= shownUntil) {
            return;
        }
        if (!shown) {
            shown = true;
            watcher.began(file);
        }
        watcher.running(coordination.agents(), options.agents());
        var recent = coordination.takeRecent(shownUntil, until);
        if (until <= file.load().profile().lengthNanos() || !recent.series().isEmpty()) {
            watcher.interval(coordination.aggregate(), recent, coordination.inFlight());
        }
        shownUntil = until;
    }

    /// Tells those who ask that they may go.
    private void linger() throws InterruptedException {
        send(coordination.look(now()));
        long until = now() + LINGER.toNanos();
        // Who missed it would ask again, but comes again anyway where more follows.
        while (now() < until && !(more && connections.isEmpty())) {
            var sent = new ArrayList<Sent>();
            for (var heard : connections.take(LOOK)) {
                hear(heard, sent);
            }
            send(sent);
        }
        coordination.takeEvents();
    }

    /// What the run came to.
    ///
    /// @param fleet what of it is missing
    public record Outcome(RunResult result, FleetResult fleet) {}

    private Outcome outcome() {
        var fleet = coordination.result();
        var aggregate = fleet.aggregate();
        var profile = file.load().profile();
        var invalid = new ArrayList<>(
                fleet.invalid(fleet.stopped() ? profile.arrivalsUntil(aggregate.untilNanos()) : profile.arrivals()));
        journalBroken.ifPresent(invalid::add);
        var verdict = Verdict.of(aggregate, file.thresholds(), file.limits(), invalid);
        var problems = new ArrayList<>(fleet.shortOf());
        problems.addAll(fleet.problems());
        long originMillis = coordination.originNanos().orElse(now()) / 1_000_000;
        return new Outcome(
                new RunResult(
                        file,
                        runId,
                        Instant.ofEpochMilli(originMillis),
                        aggregate,
                        verdict,
                        fleet.stopped(),
                        fleet.cleaned(),
                        problems),
                fleet);
    }

    /// After the run its journal is not wanted any more.
    public void forget() {
        try {
            journal.delete();
        } catch (IOException e) {
            log.accept("the journal cannot be deleted: " + e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        connections.close();
        journal.close();
    }
}

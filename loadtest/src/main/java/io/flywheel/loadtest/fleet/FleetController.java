package io.flywheel.loadtest.fleet;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.engine.ProcessWatch;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.fleet.Coordination.Sent;
import io.flywheel.loadtest.result.Verdict;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.session.LocalRun;
import io.flywheel.loadtest.session.RunResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// A controller: listens for agents, has them run a run file together, and gives what it came to. Its folder has its
/// identity and, until the run is over, its journal: started again on the same run file it goes on with the run.
public final class FleetController implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration LINGER = Duration.ofSeconds(2);

    /// What the world can see while it runs.
    public interface Watcher {
        /// Agents have joined or gone.
        default void gathering(int joined, int wanted) {}

        /// The run goes on.
        default void running(Coordination run, long runNanos) {}
    }

    private final Clock clock;
    private final FleetOptions options;
    private final RunFile file;
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
        this.clock = clock;
        this.options = options;
        this.file = loaded.run();
        this.log = log;
        this.wallNanos = Math.multiplyExact(clock.unixMillis(), 1_000_000L);
        this.monotonicNanos = clock.monotonicNanos();
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        this.identity = ControllerIdentity.in(folder);
        var files = RunFiles.of(file.file());
        byte[] which = files.identity();
        this.runId = HexFormat.of().formatHex(which, 0, 6);
        var plan = file.plan(file.weights(loaded.source().names()));
        this.coordination = new Coordination(options, plan, file.load().warmup(), file.interval());
        this.journal = Journal.open(
                folder.resolve("journal"), which, entry -> coordination.replay(FleetCodec.decodeEvent(entry), now()));
        coordination.begin(now());
        writeDown();
        this.connections = new Connections(options, identity, address, runId, files, log);
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
                showAt = now() + file.interval().toNanos();
                show(watcher);
            }
        }
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

    private void writeDown() {
        try {
            journal.append(
                    coordination.takeEvents().stream().map(FleetCodec::encode).toList());
        } catch (IOException e) {
            throw new UncheckedIOException("the journal cannot be written: " + e.getMessage(), e);
        }
    }

    private void send(List<Sent> sent) {
        sent.forEach(one -> connections.send(one.agent(), FleetCodec.encode(one.order())));
    }

    private void show(Watcher watcher) {
        if (coordination.originNanos().isEmpty()) {
            watcher.gathering(coordination.joined(), options.agents());
        } else {
            watcher.running(coordination, now() - coordination.originNanos().get());
        }
    }

    /// Tells those who ask that they may go.
    private void linger() throws InterruptedException {
        send(coordination.look(now()));
        long until = now() + LINGER.toNanos();
        while (now() < until) {
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
        long endNanos = Math.min(file.load().profile().lengthNanos(), aggregate.untilNanos());
        double seconds = Math.max(0, endNanos - file.load().warmup().toNanos()) / 1e9;
        var invalid = new ArrayList<>(fleet.invalid(file.load().profile().arrivals()));
        invalid.addAll(file.limits().exceededBy(aggregate.health(), ProcessWatch.processors()));
        var verdict = Verdict.of(aggregate, file.thresholds(), invalid, seconds);
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
                        seconds,
                        new Workload.Cleaned(0, 0),
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

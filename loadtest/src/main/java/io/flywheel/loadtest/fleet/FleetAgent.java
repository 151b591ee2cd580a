package io.flywheel.loadtest.fleet;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.GeneratorHealth;
import io.flywheel.loadtest.schedule.Duty;
import io.flywheel.loadtest.session.SharedRun;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// An agent: joins a controller, gets its run and takes part in it. One thread decides; others read the socket, prepare
/// and finish, and drive the load.
final class FleetAgent {
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final int UNSENT_MAX = 128;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration AGAIN = Duration.ofMillis(300);
    private static final Duration OTHERS = Duration.ofSeconds(1);
    /// Cleaning up comes after it, and who stops a process waits a minute at most.
    private static final Duration GOOD_BYE_MAX = Duration.ofSeconds(25);

    /// The controller of a search listens again at once, for as long as it has something to run.
    private static final Duration NO_MORE_AFTER = Duration.ofSeconds(10);

    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(60);

    private final Clock clock;
    private final InetSocketAddress controller;
    private final String name;
    private final JoinToken token;
    private final Path folder;
    private final Loading loading;
    private final Consumer<String> log;
    private final Optional<String> before;
    private final SSLSocketFactory sockets;
    private final LinkedBlockingQueue<Runnable> happened = new LinkedBlockingQueue<>();
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("work").daemon().factory());
    private final AtomicBoolean stopping = new AtomicBoolean();
    private Optional<FrameWriter> connection = Optional.empty();
    private Optional<String> runId = Optional.empty();
    private Optional<Participation> participation = Optional.empty();
    private Optional<SharedRun> run = Optional.empty();
    private FleetOptions options = FleetOptions.of(1);
    private long againAtNanos;
    private Duration pause = AGAIN;
    private long counted;
    private long reports;
    private long reportedUntil;
    private Optional<Long> goingSince = Optional.empty();
    private long answeredNanos;
    private boolean more;
    private boolean first;
    /// Only the worker's thread asks.
    private boolean finished;
    private boolean left;
    private String why = "";
    private String complaint = "";

    /// @param name no other process ever has it
    /// @param folder where the run's files are put; its own
    /// @param before the run after which it comes for another one: it goes when nobody has one any more;
    ///     empty where it waits for its first
    FleetAgent(
            Clock clock,
            InetSocketAddress controller,
            JoinToken token,
            String name,
            Path folder,
            Loading loading,
            Consumer<String> log,
            Optional<String> before) {
        this.clock = clock;
        this.controller = controller;
        this.name = name;
        this.token = token;
        this.folder = folder;
        this.loading = loading;
        this.log = log;
        this.before = before;
        this.sockets = ControllerIdentity.clientContext(token).getSocketFactory();
        this.againAtNanos = clock.monotonicNanos();
        this.answeredNanos = againAtNanos;
    }

    /// Hands over its share, sends what it has counted, cleans up and goes. From any thread.
    void stop() {
        stopping.set(true);
    }

    boolean hasJoined() {
        return runId.isPresent();
    }

    boolean isStopped() {
        return stopping.get();
    }

    /// The run after which it is to come again; empty when it is not.
    Optional<String> comesAgainAfter() {
        return more && !stopping.get() ? runId : Optional.empty();
    }

    /// Takes part until the run is over for it.
    ///
    /// @return why it could not take part to the end; empty when it could
    String take() throws InterruptedException {
        try {
            while (!left) {
                var task = happened.poll(LOOK.toNanos(), TimeUnit.NANOSECONDS);
                for (; task != null; task = happened.poll()) {
                    task.run();
                }
                look();
            }
            return why;
        } finally {
            connection.ifPresent(FrameWriter::close);
            run.ifPresent(SharedRun::stop);
            worker.shutdownNow();
            run.ifPresent(SharedRun::close);
        }
    }

    private void look() {
        long now = clock.monotonicNanos();
        if (connection.isEmpty() && now >= againAtNanos) {
            pause = AGAIN;
            connect();
            againAtNanos = clock.monotonicNanos() + pause.toNanos();
        }
        if (stopping.get() && !left) {
            sayGoodBye();
        }
        participation.ifPresent(part -> {
            obey(part.look(clock.monotonicNanos()));
            say(part);
        });
    }

    /// Goes as soon as others have its share, or when nobody says so.
    private void sayGoodBye() {
        long now = clock.monotonicNanos();
        if (goingSince.isEmpty()) {
            goingSince = Optional.of(now);
            log.accept("told to stop: hands over its share");
        }
        if (participation.isEmpty() || now - goingSince.get() >= GOOD_BYE_MAX.toNanos()) {
            giveUp("it was told to stop");
        } else {
            participation.get().leave(now);
        }
    }

    private void say(Participation part) {
        if (connection.isEmpty()) {
            return;
        }
        for (FromAgent message : part.due(clock.monotonicNanos())) {
            if (!connection.get().offer(FleetCodec.encode(message))) {
                // Nobody has listened for long.
                disconnected(connection.get());
                return;
            }
        }
    }

    private void connect() {
        Frames frames = null;
        try {
            var socket = (SSLSocket) sockets.createSocket();
            socket.setEnabledProtocols(ControllerIdentity.PROTOCOLS);
            // Resolved anew: who comes back may have another address.
            socket.connect(new InetSocketAddress(controller.getHostString(), controller.getPort()), (int)
                    CONNECT_TIMEOUT.toMillis());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) (runId.isEmpty() ? HANDSHAKE_TIMEOUT : CONNECT_TIMEOUT).toMillis());
            frames = new Frames(socket);
            Handshake.sayHello(frames, token, name);
            var welcome = Handshake.hearWelcome(frames);
            answeredNanos = clock.monotonicNanos();
            if (before.filter(welcome.runId()::equals).isPresent()) {
                // The others are not through with it.
                pause = OTHERS;
                frames.close();
                return;
            }
            if (runId.isPresent() && !runId.get().equals(welcome.runId())) {
                giveUp("the controller has another run now");
                frames.close();
                return;
            }
            Handshake.sayWanted(frames, runId.isEmpty());
            if (runId.isEmpty()) {
                begin(frames, welcome);
            }
            socket.setSoTimeout((int) options.patience().toMillis());
            var open = frames;
            var writer = new FrameWriter(open, UNSENT_MAX);
            connection = Optional.of(writer);
            Thread.ofVirtual().name("orders").start(() -> read(open, writer));
        } catch (IOException e) {
            if (frames != null) {
                frames.close();
            }
            cannotJoin(e);
        }
    }

    private void cannotJoin(IOException e) {
        String reason = "cannot join " + controller + ": "
                + (e instanceof EOFException ? "the connection was ended" : e.getMessage());
        boolean stranger = e.getCause() instanceof CertificateException;
        boolean over = before.isPresent() && clock.monotonicNanos() - answeredNanos >= NO_MORE_AFTER.toNanos();
        if (participation.isEmpty() && over) {
            left = true;
        } else if (participation.isEmpty() && (e instanceof Handshake.JoinRefused || stranger)) {
            giveUp(reason);
        } else if (before.isEmpty() && !reason.equals(complaint)) {
            complaint = reason;
            log.accept(reason + "; tries again");
        }
    }

    private void begin(Frames frames, Handshake.Welcome welcome) throws IOException {
        Files.createDirectories(folder);
        Handshake.receiveFiles(frames, welcome.files(), folder);
        Path file = folder.resolve("run.conf");
        Files.writeString(file, welcome.runFile());
        options = welcome.options();
        runId = Optional.of(welcome.runId());
        more = welcome.more();
        var part = new Participation(name, options, clock.monotonicNanos());
        participation = Optional.of(part);
        log.accept("joined run " + welcome.runId());
        try {
            var loaded = loading.load(file);
            run = Optional.of(new SharedRun(clock, loaded.run(), loaded.source(), welcome.runId(), name, log));
        } catch (RuntimeException e) {
            part.failed(String.valueOf(e.getMessage()));
        }
    }

    private void read(Frames frames, FrameWriter writer) {
        try {
            while (true) {
                byte[] bytes = frames.read(Frames.FRAME_BYTES_MAX);
                long receivedNanos = clock.monotonicNanos();
                var order = FleetCodec.decodeOrder(bytes);
                happened.add(() -> participation.ifPresent(part -> obey(part.receive(order, receivedNanos))));
            }
        } catch (IOException e) {
            happened.add(() -> disconnected(writer));
        }
    }

    private void disconnected(FrameWriter writer) {
        writer.close();
        if (connection.filter(open -> open == writer).isPresent()) {
            connection = Optional.empty();
            participation.ifPresent(Participation::disconnected);
        }
    }

    private void obey(List<Action> actions) {
        for (Action action : actions) {
            switch (action) {
                case Action.Prepare(boolean isFirst, int process) -> prepare(isFirst, process);
                case Action.Start start -> start(start);
                case Action.Divide(var share) -> run.orElseThrow().divideAnew(share);
                case Action.Extend(long lease) -> run.orElseThrow().extend(lease);
                case Action.Stop _ -> run.ifPresent(SharedRun::stop);
                case Action.Finish(boolean isFirst) -> finish(isFirst);
                case Action.Leave(boolean isFirst) -> leave(first && isFirst);
            }
        }
    }

    private void prepare(boolean isFirst, int process) {
        first = isFirst;
        run.ifPresent(shared -> work(() -> {
            shared.prepare(isFirst, process);
            happened.add(() -> participation.orElseThrow().prepared());
        }));
    }

    private interface Work {
        void execute() throws InterruptedException;
    }

    /// On the thread for what takes long; what it throws fails this agent.
    private void work(Work work) {
        worker.execute(() -> {
            try {
                work.execute();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException | Error e) {
                happened.add(() -> {
                    log.accept(String.valueOf(e.getMessage()));
                    participation.orElseThrow().failed(String.valueOf(e.getMessage()));
                });
            }
        });
    }

    private void start(Action.Start start) {
        var shared = run.orElseThrow();
        shared.start(start.originNanos(), start.share(), start.leaseNanos(), delta -> {
            // Asked at once: what it has kept to is at least what the delta counts.
            var kept = shared.kept();
            happened.add(() -> report(delta, kept, false));
            var lost = shared.lost();
            if (shared.isLost()) {
                shared.stop();
                happened.add(() -> participation.orElseThrow().failed(String.join("; ", lost)));
            }
        });
        log.accept("runs share " + (start.share().index() + 1) + " of "
                + start.share().count());
        worker.execute(() -> {
            try {
                shared.await();
                happened.add(this::reportEnd);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IllegalStateException e) {
                happened.add(() -> participation.orElseThrow().failed(String.valueOf(e.getCause())));
            }
        });
    }

    private void report(Delta delta, Duty.Kept kept, boolean last) {
        for (var series : delta.series().entrySet()) {
            if (series.getKey().indexOf('/') < 0) {
                var counts = series.getValue();
                counted += counts.ended() + counts.dropped() + counts.starved();
            }
        }
        reports = delta.sequence() + 1;
        reportedUntil = delta.toNanos();
        participation.orElseThrow().report(FromAgent.Report.of(delta, kept.spans(), kept.started() - counted, last));
    }

    /// An empty delta that says that it is the last one.
    private void reportEnd() {
        var end = new Delta(name, reports, reportedUntil, reportedUntil, Map.of(), GeneratorHealth.nothing());
        report(end, run.orElseThrow().kept(), true);
    }

    private void finish(boolean isFirst) {
        run.ifPresent(shared -> work(() -> {
            var problems = shared.finish(isFirst);
            finished = true;
            var cleaned = shared.cleaned();
            var lost = shared.lost();
            lost.forEach(log);
            var all = Stream.concat(lost.stream(), problems.stream()).collect(Collectors.joining("; "));
            happened.add(() -> participation.orElseThrow().finished(all, cleaned, !lost.isEmpty()));
        }));
    }

    /// Also one that failed gives back what it made.
    private void leave(boolean isFirst) {
        why = participation.map(Participation::shortfall).orElse("");
        worker.execute(() -> {
            try {
                if (!finished && run.isPresent()) {
                    run.get().finish(isFirst).forEach(log);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                log.accept("could not clean up: " + e.getMessage());
            } finally {
                happened.add(() -> left = true);
            }
        });
    }

    /// Goes without the controller's word.
    private void giveUp(String reason) {
        why = reason;
        left = true;
        // Others may need what it has set up once.
        boolean isFirst =
                first && participation.filter(Participation::isRunning).isEmpty();
        run.ifPresent(shared -> {
            shared.stop();
            try {
                worker.submit(() -> shared.finish(isFirst)).get(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (TimeoutException e) {
                log.accept("could not clean up within 30 s");
            } catch (ExecutionException e) {
                log.accept("could not clean up: " + e.getCause());
            }
        });
    }
}

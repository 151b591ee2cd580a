package io.flywheel.loadtest.session;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.LoadRun;
import io.flywheel.loadtest.engine.RunInfo;
import io.flywheel.loadtest.engine.Starter;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.schedule.Duty;
import io.flywheel.loadtest.schedule.Share;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// This process's part of a run that several share: prepared, started with a share and a lease, finished. For one
/// thread at a time.
public final class SharedRun implements AutoCloseable {
    /// Of a process in the whole run.
    private static final long REPORTS_MAX = 8_640;

    private final Clock clock;
    private final RunFile file;
    private final WorkloadSource source;
    private final String agent;
    private final LocalSession session;
    private Optional<Workload> workload = Optional.empty();
    private Optional<Run> run = Optional.empty();
    private @Nullable LoadRun load;
    private @Nullable Starter starter;

    /// @param runId the same for all processes of the run
    /// @param agent this process's name in the run
    /// @param log gets what transactions and cleanups log
    public SharedRun(
            Clock clock, RunFile file, WorkloadSource source, String runId, String agent, Consumer<String> log) {
        this.clock = clock;
        this.file = file;
        this.source = source;
        this.agent = agent;
        this.session = new LocalSession(clock, file, source, runId, log);
    }

    /// How often a process says what it has counted: as the file says, but in a long run not more often than a timeline
    /// has room for, which also bounds what a controller has to write down and read again.
    public static Duration interval(RunFile file) {
        long shortest = Math.ceilDiv(file.load().profile().lengthNanos(), REPORTS_MAX * 1_000_000L);
        var room = Duration.ofMillis(shortest);
        return room.compareTo(file.interval()) > 0 ? room : file.interval();
    }

    /// Sets up and gets ready.
    ///
    /// @param first this process does what is done once in a run
    /// @param process its number
    /// @throws RuntimeException when it cannot; its message says why
    public void prepare(boolean first, int process) throws InterruptedException {
        var info = new RunInfo(
                Run.Mode.LOAD, file.target(), file.seed(), session.id(), process, file.settings(), session.log());
        run = Optional.of(info);
        var prepared = source.workload(info);
        workload = Optional.of(prepared);
        if (first) {
            prepared.setUp(true);
        }
        prepared.setUp(false);
        prepared.open();
        session.prime(prepared, info);
    }

    /// @param originNanos the start of the run by the monotonic clock
    /// @param leaseNanos arrivals are started until that moment of the run
    /// @param deltas gets them in order, on a thread of the run
    public void start(long originNanos, Share share, long leaseNanos, Consumer<Delta> deltas) {
        check(load == null, "a run starts once");
        var subjects = workload.orElseThrow().subjects();
        var weights = file.weights(subjects.stream().map(Subject::name).toList());
        var plan = file.plan(weights);
        var recorder = new Recorder(agent);
        var begun = new Starter(
                clock, run.orElseThrow(), recorder, subjects, inFlightMax(share), new Starter.Listener() {});
        starter = begun;
        var running = new LoadRun(clock, plan, share, leaseNanos, subjects, begun, recorder, interval(file), deltas);
        load = running;
        running.start(originNanos);
    }

    /// All shares of so much have it together, or one each where there is less.
    private int inFlightMax(Share share) {
        return (int) Math.max(1, share.portion(file.load().inFlightMax()));
    }

    public void divideAnew(Share share) {
        Objects.requireNonNull(starter, "it has started").allow(inFlightMax(share));
        running().divideAnew(share);
    }

    public void extend(long leaseNanos) {
        running().extend(leaseNanos);
    }

    /// Starts nothing more.
    public void stop() {
        if (load != null) {
            load.stop();
        }
    }

    /// Waits until everything has ended and the last delta was given.
    ///
    /// @throws IllegalStateException when the generator crashed
    public void await() throws InterruptedException {
        running().await(Duration.ofDays(4_000));
    }

    /// Which spans of its share it has kept to. Asked after a delta was given it has everything that the delta counts.
    public Duty.Kept kept() {
        return running().kept();
    }

    /// Why parts of it can no longer be executed: then what this process counts is not what was wanted.
    public List<String> lost() {
        return workload.map(Workload::lost).orElse(List.of());
    }

    /// Cleans up and tears down.
    ///
    /// @param first this process does what is done once in a run
    /// @return what was thrown, in words
    public List<String> finish(boolean first) throws InterruptedException {
        return workload.isEmpty() ? List.of() : LocalSession.finish(workload.get(), first);
    }

    /// Whether nothing of it can be executed any more.
    public boolean isLost() {
        return workload.filter(Workload::isLost).isPresent();
    }

    /// What it has given back.
    public Workload.Cleaned cleaned() {
        return workload.map(Workload::cleaned).orElse(new Workload.Cleaned(0, 0));
    }

    private LoadRun running() {
        return Objects.requireNonNull(load, "it has started");
    }

    @Override
    public void close() {
        workload.ifPresent(Workload::close);
    }
}

package io.flywheel.loadtest.fleet;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.capacity.CapacitySearch;
import io.flywheel.loadtest.capacity.Probe;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.session.LocalCapacity;
import io.flywheel.loadtest.session.LocalRun;
import io.flywheel.loadtest.session.ProbeRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// Searches for the highest rate at which a run file's thresholds hold, with load from many agents. Each probe is a run
/// of them all, with a setup, a start and an end of its own; between two of them the agents come again. A search that
/// is cut short is not gone on with.
public final class FleetCapacity {
    /// Agents do not report more often.
    private static final Duration LOOK_MIN = Duration.ofMillis(100);

    private final Clock clock;
    private final FleetOptions options;
    private final Loading.Loaded loaded;
    private final Path folder;
    private final InetSocketAddress address;
    private final Consumer<String> log;
    private final AtomicReference<Optional<FleetController>> running = new AtomicReference<>(Optional.empty());
    private volatile boolean stopped;
    private int probes;
    private int port;
    private Workload.Cleaned cleaned = new Workload.Cleaned(0, 0);
    private final List<String> problems = new ArrayList<>();

    /// What the world can see of it.
    public interface Watcher extends LocalCapacity.Watcher {
        /// Once: agents can come.
        default void listening(String token, int port, int wanted) {}

        /// Before a probe: agents have joined or gone.
        default void gathering(int joined, int wanted) {}
    }

    /// @param folder of the controller, made when there is none
    /// @param log gets what its user should know
    public FleetCapacity(
            Clock clock,
            FleetOptions options,
            Loading.Loaded loaded,
            Path folder,
            InetSocketAddress address,
            Consumer<String> log) {
        this.clock = clock;
        this.options = options;
        this.loaded = loaded;
        this.folder = folder;
        this.address = address;
        this.log = log;
        this.port = address.getPort();
    }

    /// Makes no more probes; the search ends with what it knows. From any thread.
    public void stop() {
        stopped = true;
        running.get().ifPresent(FleetController::stop);
    }

    /// @throws LocalRun.CannotBegin when agents cannot
    /// @throws UncheckedIOException when it cannot listen or write
    public LocalCapacity.Result run(Watcher watcher) throws InterruptedException {
        var capacity = CapacitySearch.run(
                rate -> probe(rate, watcher), loaded.run().capacity().search());
        return new LocalCapacity.Result(
                capacity, cleaned, problems.stream().distinct().toList());
    }

    private Probe probe(double perSecond, Watcher watcher) throws InterruptedException {
        var probe = new ProbeRun(loaded.run(), perSecond, probes++, LOOK_MIN);
        try (var controller = open(probe.run())) {
            if (probes == 1) {
                port = controller.port();
                watcher.listening(controller.token(), port, options.agents());
            }
            running.set(Optional.of(controller));
            if (stopped) {
                controller.stop();
            }
            var outcome = controller.run(watching(probe, controller, perSecond, watcher));
            var result = outcome.result();
            cleaned = new Workload.Cleaned(
                    cleaned.done() + result.cleaned().done(),
                    cleaned.failed() + result.cleaned().failed());
            problems.addAll(result.problems());
            var measured = stopped ? probe.stopped() : probe.judge(result.aggregate(), result.verdict());
            controller.forget();
            watcher.probed(measured);
            return measured;
        } catch (LocalRun.CannotBegin cannot) {
            if (probes == 1) {
                throw cannot;
            }
            // What is known is not to be lost for it.
            var unmade = new Probe(perSecond, 0, 0, new Probe.Result.Invalid(String.valueOf(cannot.getMessage())));
            watcher.probed(unmade);
            return unmade;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            running.set(Optional.empty());
        }
    }

    private FleetController open(RunFile probe) throws IOException {
        return new FleetController(
                clock,
                options,
                new Loading.Loaded(probe, loaded.source()),
                RunFiles.ofProbe(probe),
                folder,
                true,
                new InetSocketAddress(address.getHostString(), port),
                log);
    }

    private static FleetController.Watcher watching(
            ProbeRun probe, FleetController controller, double perSecond, Watcher watcher) {
        return new FleetController.Watcher() {
            @Override
            public void gathering(int joined, int wanted) {
                watcher.gathering(joined, wanted);
            }

            @Override
            public void began(RunFile run) {
                watcher.probing(perSecond, run.load().length());
            }

            @Override
            public void interval(Aggregate soFar, Delta latest, int inFlight) {
                if (probe.look(soFar, latest.fromNanos(), latest.toNanos(), inFlight)) {
                    controller.stop();
                }
            }
        };
    }
}

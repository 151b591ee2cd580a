package io.flywheel.loadtest.bundle;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Feed;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.Body;
import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The bundles of a run. Of several, one that cannot be run does not keep the others from running: its transactions
/// fail, and the run is invalid and says why.
public final class Bundles {
    /// @param names of its transactions, as far as they are known
    /// @param refused why it cannot be run
    private record Known(Path jar, List<String> names, Optional<String> refused) {
        Known {
            names = List.copyOf(names);
        }
    }

    private final List<Known> bundles;

    private Bundles(List<Known> bundles) {
        this.bundles = List.copyOf(bundles);
    }

    /// Looks into the jars; runs nothing of them.
    ///
    /// @throws BundleRefused when none can be run, or two have a transaction of the same name
    public static Bundles open(List<Path> jars) {
        var bundles = new ArrayList<Known>();
        for (Path jar : jars) {
            bundles.add(look(jar));
        }
        checkSomeRuns(bundles.stream().map(Known::refused).toList());
        Map<String, Path> owners = new HashMap<>();
        for (Known bundle : bundles) {
            for (String name : bundle.names()) {
                Path other = owners.put(name, bundle.jar());
                if (other != null) {
                    throw new BundleRefused("both " + other + " and " + bundle.jar() + " have a transaction '" + name
                            + "': give one of them another name with @Transaction(\"NAME\")");
                }
            }
        }
        return new Bundles(bundles);
    }

    private static Known look(Path jar) {
        try {
            return new Known(jar, BundleJar.open(jar).names(), Optional.empty());
        } catch (BundleRefused refused) {
            return new Known(jar, BundleJar.names(jar), Optional.of(String.valueOf(refused.getMessage())));
        }
    }

    private static void checkSomeRuns(List<Optional<String>> refused) {
        if (refused.stream().allMatch(Optional::isPresent)) {
            throw new BundleRefused(String.join(
                    "\n", refused.stream().map(Optional::orElseThrow).toList()));
        }
    }

    /// The names of all transactions, each after those whose results it wants.
    public List<String> names() {
        return bundles.stream().flatMap(bundle -> bundle.names().stream()).toList();
    }

    /// Loads each in a process of its own.
    ///
    /// @return why those that cannot be run cannot
    public List<String> examine(Clock clock, BundleLimits limits) {
        return bundles.stream()
                .flatMap(bundle -> bundle.refused().or(() -> Examination.of(clock, bundle.jar(), limits)).stream())
                .toList();
    }

    /// Starts a process for each.
    ///
    /// @param data series of the run file
    /// @throws BundleRefused when none can be run
    public Workload workload(Clock clock, Run run, List<Data> data, BundleLimits limits) {
        var parts = new ArrayList<Part>();
        try {
            for (Known bundle : bundles) {
                parts.add(part(bundle, clock, run, data, limits));
            }
            checkSomeRuns(parts.stream().map(Part::lost).toList());
            return new Together(parts);
        } catch (InterruptedException e) {
            parts.forEach(Part::close);
            Thread.currentThread().interrupt();
            throw new BundleRefused("interrupted while bundles were started", e);
        } catch (BundleRefused refused) {
            parts.forEach(Part::close);
            throw refused;
        }
    }

    /// A series in a CSV file.
    ///
    /// @param seed of its order
    public record Data(String name, Path file, Feed.Order order, long seed) {}

    private static Part part(Known bundle, Clock clock, Run run, List<Data> data, BundleLimits limits)
            throws InterruptedException {
        if (bundle.refused().isPresent()) {
            return Part.standIn(bundle, bundle.refused().get(), run);
        }
        try {
            return new Part(Optional.of(new BundleWorkload(clock, bundle.jar(), run, data, limits)), List.of(), "");
        } catch (BundleRefused refused) {
            return Part.standIn(bundle, String.valueOf(refused.getMessage()), run);
        }
    }

    /// One bundle of a run, or what stands in for one that cannot be run.
    private record Part(Optional<BundleWorkload> running, List<Subject> subjects, String refused) {
        static Part standIn(Known bundle, String why, Run run) {
            run.log(why);
            var subjects = bundle.names().stream()
                    .map(name -> new Subject(name, new Refused(why), Duration.ofMinutes(1)))
                    .toList();
            return new Part(Optional.empty(), subjects, why);
        }

        Optional<String> lost() {
            return running.isPresent() ? Optional.empty() : Optional.of(refused);
        }

        void close() {
            running.ifPresent(BundleWorkload::close);
        }
    }

    /// A transaction whose bundle cannot be run.
    private record Refused(String why) implements Body {
        @Override
        public void start(Execution execution) {
            BundleWorkload.LATER.execute(() -> {
                execution.fail(BundleWorkload.LOST, why);
                execution.release();
            });
        }

        /// It ends by itself.
        @Override
        public void cancel(Execution execution) {}
    }

    /// All bundles of a run as one workload.
    private static final class Together implements Workload {
        private final List<Part> parts;

        Together(List<Part> parts) {
            this.parts = List.copyOf(parts);
        }

        private List<BundleWorkload> running() {
            return parts.stream().flatMap(part -> part.running().stream()).toList();
        }

        private interface Step {
            void on(BundleWorkload bundle) throws InterruptedException;
        }

        @Override
        public void setUp(boolean oncePerRun) throws InterruptedException {
            begin(bundle -> bundle.setUp(oncePerRun));
        }

        @Override
        public void open() throws InterruptedException {
            begin(BundleWorkload::open);
        }

        private void begin(Step step) throws InterruptedException {
            for (BundleWorkload bundle : running()) {
                if (bundle.isLost()) {
                    continue;
                }
                try {
                    step.on(bundle);
                } catch (BundleRefused refused) {
                    bundle.exclude(bundle.without(refused));
                }
            }
            if (isLost()) {
                throw new BundleRefused(String.join("\n", lost()));
            }
        }

        @Override
        public List<Subject> subjects() {
            return parts.stream()
                    .flatMap(part -> part.running().map(BundleWorkload::subjects).orElse(part.subjects()).stream())
                    .toList();
        }

        @Override
        public List<String> sources() {
            return running().stream()
                    .filter(bundle -> !bundle.isLost())
                    .flatMap(bundle -> bundle.sources().stream())
                    .toList();
        }

        @Override
        public void cleanUp() throws InterruptedException {
            for (BundleWorkload bundle : running()) {
                bundle.cleanUp();
            }
        }

        @Override
        public List<String> tearDown(boolean oncePerRun) {
            return running().stream()
                    .flatMap(bundle -> bundle.tearDown(oncePerRun).stream())
                    .toList();
        }

        @Override
        public Cleaned cleaned() {
            long done = 0;
            long failed = 0;
            for (BundleWorkload bundle : running()) {
                done += bundle.cleaned().done();
                failed += bundle.cleaned().failed();
            }
            return new Cleaned(done, failed);
        }

        @Override
        public List<String> lost() {
            return parts.stream()
                    .flatMap(part -> part.running().map(BundleWorkload::lost).orElse(List.of(part.refused())).stream())
                    .toList();
        }

        @Override
        public boolean isLost() {
            return running().stream().allMatch(BundleWorkload::isLost);
        }

        @Override
        public void close() {
            parts.forEach(Part::close);
        }
    }
}

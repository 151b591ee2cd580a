package io.flywheel.shardstore.checks;

import io.flywheel.shardstore.checks.Generator.Profile;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Runs histories: one that is written down, or many that are drawn.
final class Histories {
    private static final int THREADS = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 2);
    private static final int SHRINKING_TRIES_MAX = 20_000;

    private Histories() {}

    static void replay(Config config, Op... ops) {
        Run.engine(new History(config, List.of(ops)));
    }

    /// A failing history, as it was drawn and as small as it became.
    record Failure(Profile profile, long seed, History history, Throwable cause) {
        String message() {
            return profile + ", seed " + seed + ": " + cause + "\n" + history.code();
        }
    }

    /// Draws and runs {@code count} histories, on two threads; throws the first that fails, shrunk.
    static void explore(Profile profile, long firstSeed, long count) {
        long start = System.nanoTime();
        var failure = firstFailure(profile, firstSeed, count, Run::engine).map(found -> shrunk(found, Run::engine));
        if (failure.isPresent()) {
            throw new AssertionError(failure.get().message(), failure.get().cause());
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        System.out.printf("%s: %,d histories in %,d ms%n", profile, count, millis);
    }

    /// The failing history with the lowest seed, if the {@code count} from {@code firstSeed} on hold one.
    static Optional<Failure> firstFailure(Profile profile, long firstSeed, long count, Consumer<History> runner) {
        var next = new AtomicLong(firstSeed);
        var lowest = new AtomicReference<>(Optional.<Failure>empty());
        var threads = Stream.generate(() -> Thread.ofPlatform().unstarted(() -> {
                    for (long seed = next.getAndIncrement();
                            seed < firstSeed + count && lowest.get().isEmpty();
                            seed = next.getAndIncrement()) {
                        var history = Generator.draw(profile, seed);
                        var failure = failure(history, runner);
                        if (failure.isPresent()) {
                            var found = Optional.of(new Failure(profile, seed, history, failure.get()));
                            lowest.accumulateAndGet(
                                    found,
                                    (one, other) -> one.isEmpty()
                                                    || other.get().seed()
                                                            < one.get().seed()
                                            ? other
                                            : one);
                        }
                    }
                }))
                .limit(THREADS)
                .toList();
        threads.forEach(Thread::start);
        threads.forEach(Histories::join);
        return lowest.get();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The same failure, as small as it becomes.
    static Failure shrunk(Failure failure, Consumer<History> runner) {
        var kind = kind(failure.cause());
        var shrinker = new Shrinker(
                history -> failure(history, runner)
                        .filter(cause -> kind(cause).equals(kind))
                        .isPresent(),
                SHRINKING_TRIES_MAX);
        var smallest = shrinker.shrink(failure.history());
        return new Failure(
                failure.profile(),
                failure.seed(),
                smallest,
                failure(smallest, runner).orElse(failure.cause()));
    }

    /// Failures of one kind are taken for the same: shrinking must not end at another one.
    private static String kind(Throwable cause) {
        if (cause instanceof CheckFailure) {
            return String.valueOf(cause.getMessage()).replaceAll("[0-9]+.*", "");
        }
        var trace = cause.getStackTrace();
        return cause.getClass().getName() + (trace.length > 1 ? trace[1] : "");
    }

    private static Optional<Throwable> failure(History history, Consumer<History> runner) {
        try {
            runner.accept(history);
            return Optional.empty();
        } catch (RuntimeException | Error e) {
            return Optional.of(e);
        }
    }
}

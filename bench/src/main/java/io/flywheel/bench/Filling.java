package io.flywheel.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.Attributes;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.VersionSelector;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

/// Makes many empty objects through the contract of the namespace, in this process while no server runs: what is then
/// measured is the same, and a million signed requests are spared.
final class Filling {
    /// As many callers share one batch of the log, and one flush.
    private static final int CALLERS = 1024;

    private static final String ETAG_OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e";
    private static final Attributes NO_ATTRIBUTES = new Attributes(List.of(), List.of(), List.of(), "STANDARD");

    private final Namespace namespace;
    private final long run = System.nanoTime();
    private final AtomicLong requests = new AtomicLong();

    Filling(Namespace namespace) {
        this.namespace = namespace;
    }

    /// Puts {@code count} keys.
    void put(String bucket, int count, IntFunction<String> key) throws Exception {
        var owner = namespace.bucket(bucket).orElseThrow().owner();
        each(count, i -> {
            var stamp = stamp(owner);
            return new Command.PutObject(
                    stamp,
                    bucket,
                    bytes(key.apply(i)),
                    stamp.requestLow(),
                    0,
                    Condition.NONE,
                    0,
                    ETAG_OF_NOTHING,
                    Optional.empty(),
                    NO_ATTRIBUTES,
                    Content.EMPTY);
        });
    }

    /// Deletes {@code count} keys.
    void delete(String bucket, int count, IntFunction<String> key) throws Exception {
        var owner = namespace.bucket(bucket).orElseThrow().owner();
        each(count, i -> {
            var stamp = stamp(owner);
            return new Command.DeleteObject(
                    stamp, bucket, bytes(key.apply(i)), VersionSelector.CURRENT, stamp.requestLow(), Condition.NONE);
        });
    }

    private Command.Stamp stamp(AccountId owner) {
        return new Command.Stamp(run, requests.incrementAndGet(), System.currentTimeMillis(), owner);
    }

    private static Bytes bytes(String key) {
        return Bytes.wrap(key.getBytes(UTF_8));
    }

    private void each(int count, IntFunction<Command> command) throws Exception {
        var next = new AtomicInteger();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new java.util.ArrayList<java.util.concurrent.Future<?>>();
            for (int caller = 0; caller < Math.min(CALLERS, count); caller++) {
                running.add(callers.submit(() -> {
                    for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                        var outcome = namespace.apply(command.apply(i));
                        if (!isDone(outcome)) {
                            throw new IllegalStateException("filling: " + outcome);
                        }
                    }
                }));
            }
            for (var caller : running) {
                caller.get();
            }
        }
    }

    private static boolean isDone(Outcome outcome) {
        return outcome instanceof Outcome.ObjectPut || outcome instanceof Outcome.ObjectDeleted;
    }
}

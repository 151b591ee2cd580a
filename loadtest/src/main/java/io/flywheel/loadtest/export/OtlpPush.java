package io.flywheel.loadtest.export;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.session.LocalRun;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// Sends figures to an OpenTelemetry collector (OTLP over HTTP, as JSON): every few seconds the latest, and those
/// of the end. What cannot be sent is said once; the next has everything that it had, for all figures are sums.
public final class OtlpPush implements LocalRun.Watcher, AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Clock clock;
    private final URI collector;
    private final Duration every;
    private final Consumer<String> log;
    private final long beganMillis;
    private final AtomicReference<Optional<String>> latest = new AtomicReference<>(Optional.empty());
    private final Thread sender;
    private volatile String target = "";
    private volatile boolean closed;
    private boolean complained;

    /// @param collector without `/v1/metrics`, such as `http://127.0.0.1:4318`
    /// @param log gets what went wrong
    public OtlpPush(Clock clock, URI collector, Duration every, Consumer<String> log) {
        this.clock = clock;
        this.collector = URI.create(collector.toString().replaceFirst("/+$", "") + "/v1/metrics");
        this.every = every;
        this.log = log;
        this.beganMillis = clock.unixMillis();
        this.sender = Thread.ofPlatform().daemon().name("otlp").start(this::send);
    }

    @Override
    public void began(RunFile file) {
        target = file.target();
    }

    @Override
    public void interval(Aggregate soFar, Delta delta, int inFlight) {
        List<Family> families = Figures.of(soFar, inFlight);
        latest.set(Optional.of(OtlpJson.of(families, target, beganMillis, clock.unixMillis())));
    }

    private void send() {
        try (var http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
            boolean last;
            do {
                LockSupport.parkNanos(every.toNanos());
                // Asked before what is there is taken: so the figures of the end are sent.
                last = closed;
                var figures = latest.getAndSet(Optional.empty());
                if (figures.isPresent()) {
                    post(http, figures.get());
                }
            } while (!last);
        }
    }

    private void post(HttpClient http, String figures) {
        try {
            var request = HttpRequest.newBuilder(collector)
                    .timeout(TIMEOUT)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(figures))
                    .build();
            var answer = whole(http.sendAsync(request, HttpResponse.BodyHandlers.discarding()));
            if (answer.statusCode() / 100 != 2) {
                complain("it answered " + answer.statusCode());
            }
        } catch (ExecutionException e) {
            complain(String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            complain("no whole answer within " + TIMEOUT.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A request's own limit ends with the head of the answer, of which the rest may never come.
    private static <T> T whole(CompletableFuture<T> answer)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            answer.cancel(true);
        }
    }

    private void complain(String why) {
        if (!complained) {
            complained = true;
            log.accept("figures could not be sent to " + collector + ": " + why);
        }
    }

    /// Sends the last figures, for some seconds at most.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(sender);
        try {
            sender.join(TIMEOUT.multipliedBy(2).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

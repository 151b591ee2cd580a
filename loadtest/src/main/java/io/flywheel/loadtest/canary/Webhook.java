package io.flywheel.loadtest.canary;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/// Tells somebody of alarms by HTTP: a POST of JSON, in order, tried again until it was answered with a status of 200
/// to 299, each at least once. When it is closed, each that waits has one try, until one fails.
final class Webhook implements AutoCloseable {
    private static final int WAITING_MAX = 1_000;
    private static final int TRIES = 12;
    private static final Duration PAUSE_MAX = Duration.ofMinutes(1);
    private static final Duration ANSWERS = Duration.ofSeconds(10);
    private static final Duration LAST = Duration.ofSeconds(5);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final URI address;
    private final Duration pause;
    private final Duration answers;
    private final Consumer<Outcome> outcome;
    private final Consumer<String> log;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ANSWERS).build();
    private final ArrayBlockingQueue<Map<String, Object>> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /// What became of a notice, or will not.
    enum Outcome {
        DELIVERED,
        GIVEN_UP
    }

    /// @param pause before the second try; doubles with each
    /// @param outcome is told of each in their order; not of those that still wait when it is closed
    Webhook(URI address, Duration pause, Consumer<Outcome> outcome, Consumer<String> log) {
        this(address, pause, ANSWERS, outcome, log);
    }

    /// @param answers so long an answer may take
    Webhook(URI address, Duration pause, Duration answers, Consumer<Outcome> outcome, Consumer<String> log) {
        this.address = address;
        this.answers = answers;
        this.pause = pause;
        this.outcome = outcome;
        this.log = log;
        this.thread = Thread.ofVirtual().name("webhook").start(this::run);
    }

    /// Does not wait.
    ///
    /// @param notice as an object for JSON, with its `event`
    /// @return whether it will be told
    boolean tell(Map<String, Object> notice) {
        boolean room = waiting.offer(notice);
        if (!room) {
            log.accept("the webhook is told of no more: " + WAITING_MAX + " notices wait already");
        }
        return room;
    }

    private void run() {
        try {
            while (closing.getCount() > 0 || !waiting.isEmpty()) {
                var next = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (next == null) {
                    continue;
                }
                var came = deliver(next);
                if (came.isEmpty()) {
                    return;
                }
                outcome.accept(came.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return empty when it is closed meanwhile
    private Optional<Outcome> deliver(Map<String, Object> notice) throws InterruptedException {
        byte[] body = JSON.writeValueAsBytes(notice);
        Duration wait = pause;
        String why = "";
        for (int attempt = 0; attempt < TRIES; attempt++) {
            try {
                int status = status(body);
                if (status / 100 == 2) {
                    return Optional.of(Outcome.DELIVERED);
                }
                why = "it answered " + status;
            } catch (ExecutionException e) {
                why = String.valueOf(e.getCause());
            } catch (TimeoutException e) {
                why = "no whole answer within " + answers.toMillis() + " ms";
            }
            if (attempt == 0) {
                log.accept("the webhook was not told of " + notice.get("event") + ", it is tried again: " + why);
            }
            if (closing.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                log.accept("the webhook was not told of " + notice.get("event") + ", it will be by the next canary");
                return Optional.empty();
            }
            wait = wait.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? wait.multipliedBy(2) : PAUSE_MAX;
        }
        log.accept("the webhook was not told of " + notice.get("event") + ": " + why);
        return Optional.of(Outcome.GIVEN_UP);
    }

    /// The client's own limit ends with the head of an answer, of which the rest may never come.
    private int status(byte[] body) throws InterruptedException, ExecutionException, TimeoutException {
        var request = HttpRequest.newBuilder(address)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        var answer = http.sendAsync(request, HttpResponse.BodyHandlers.discarding());
        try {
            return answer.get(answers.toMillis(), TimeUnit.MILLISECONDS).statusCode();
        } finally {
            answer.cancel(true);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            if (!thread.join(LAST)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.shutdownNow();
    }
}

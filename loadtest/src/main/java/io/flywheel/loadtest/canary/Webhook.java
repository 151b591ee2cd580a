package io.flywheel.loadtest.canary;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/// Tells somebody of alarms by HTTP: a POST of JSON, in order, tried again until it was answered with a status of 200
/// to 299, each at least once. When it is closed, the one at hand has little time left.
final class Webhook implements AutoCloseable {
    private static final int WAITING_MAX = 1_000;
    private static final int TRIES = 12;
    private static final Duration PAUSE_MAX = Duration.ofMinutes(1);
    private static final Duration ANSWERS = Duration.ofSeconds(10);
    private static final Duration LAST = Duration.ofSeconds(5);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final URI address;
    private final Duration pause;
    private final Consumer<Boolean> outcome;
    private final Consumer<String> log;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ANSWERS).build();
    private final ArrayBlockingQueue<Notice> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /// @param pause before the second try; doubles with each
    /// @param outcome is told whether a notice was delivered
    Webhook(URI address, Duration pause, Consumer<Boolean> outcome, Consumer<String> log) {
        this.address = address;
        this.pause = pause;
        this.outcome = outcome;
        this.log = log;
        this.thread = Thread.ofVirtual().name("webhook").start(this::run);
    }

    /// Does not wait.
    void tell(Notice notice) {
        if (!waiting.offer(notice)) {
            log.accept("the webhook is told of no more: " + WAITING_MAX + " notices wait already");
            outcome.accept(false);
        }
    }

    private void run() {
        try {
            while (closing.getCount() > 0 || !waiting.isEmpty()) {
                Notice next = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (next != null) {
                    outcome.accept(deliver(next));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean deliver(Notice notice) throws InterruptedException {
        byte[] body = JSON.writeValueAsBytes(notice.fields());
        Duration wait = pause;
        String why = "";
        for (int attempt = 0; attempt < TRIES; attempt++) {
            try {
                var answer = http.send(
                        HttpRequest.newBuilder(address)
                                .timeout(ANSWERS)
                                .header("content-type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
                if (answer.statusCode() / 100 == 2) {
                    return true;
                }
                why = "it answered " + answer.statusCode();
            } catch (IOException e) {
                why = String.valueOf(e);
            }
            if (attempt == 0) {
                log.accept("the webhook was not told of " + notice.event() + ", it is tried again: " + why);
            }
            if (closing.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                break;
            }
            wait = wait.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? wait.multipliedBy(2) : PAUSE_MAX;
        }
        log.accept("the webhook was not told of " + notice.event() + ": " + why);
        return false;
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

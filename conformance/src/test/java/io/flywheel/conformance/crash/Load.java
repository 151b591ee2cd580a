package io.flywheel.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Writers at work, each on a thread of its own, whose answers are counted and looked at.
final class Load implements AutoCloseable {

    private static final Duration ANSWERS = Duration.ofMinutes(5);

    private final ExecutorService threads;
    private final List<Future<?>> running = new ArrayList<>();
    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final Map<String, Integer> errors = new ConcurrentSkipListMap<>();
    private final Map<Writer.Operation, Integer> counts = new ConcurrentSkipListMap<>();

    Load(S3Client s3, List<Writer> writers) {
        threads = Executors.newFixedThreadPool(writers.size());
        writers.forEach(writer -> running.add(threads.submit(() -> writer.persist(s3, this::count, ending::get))));
    }

    private void count(Writer.Operation operation, Optional<SdkException> error) {
        answers.incrementAndGet();
        counts.merge(operation, 1, Integer::sum);
        error.ifPresent(found -> {
            errors.merge(operation + " " + clean(operation, found), 1, Integer::sum);
        });
    }

    /// What a client is told when disks fail: to come again, that there is no space, or, of an answer that began
    /// already, its end.
    private static String clean(Writer.Operation operation, SdkException error) {
        if (error instanceof S3Exception answer) {
            String code = answer.awsErrorDetails().errorCode();
            assertThat(answer.statusCode() + " " + code)
                    .as("%s: %s", operation, answer)
                    .isIn("503 SlowDown", "503 ServiceUnavailable", "500 InternalError", "507 InsufficientStorage");
            return answer.statusCode() + " " + code;
        }
        if (operation != Writer.Operation.READ && operation != Writer.Operation.READ_RANGE) {
            throw new AssertionError(operation + " had no answer", error);
        }
        return "cut off";
    }

    /// Waits for so many answers more.
    void answers(int more) {
        int wanted = answers.get() + more;
        await().atMost(ANSWERS).until(() -> goesOn() && answers.get() >= wanted);
    }

    /// True while no writer found what must not be; then this fails with it.
    boolean goesOn() {
        for (Future<?> one : running) {
            if (one.isDone()) {
                end(one);
            }
        }
        return true;
    }

    private static void end(Future<?> one) {
        try {
            one.get();
        } catch (ExecutionException e) {
            throw new AssertionError("a client found what must not be", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("the test was interrupted", e);
        }
    }

    /// Waits until no request is in flight.
    void end() {
        ending.set(true);
        running.forEach(Load::end);
    }

    /// How many answers there were, and what errors.
    String summary() {
        return answers + " answers " + counts + ", errors " + errors;
    }

    @Override
    public void close() {
        ending.set(true);
        threads.close();
    }
}

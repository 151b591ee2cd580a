package io.flywheel.conformance.crash;

import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.S3Clients;
import io.flywheel.conformance.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/// SIGKILL at random moments under load. What was acknowledged is there afterwards, what was not is there as a whole or
/// not at all.
///
/// `-Dkill.rounds=200` is the long form, `-Dseed=` replays the choices of a run (not the moments of its threads).
final class KillTest {

    private static final int ROUNDS = Integer.getInteger("kill.rounds", 5);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int WRITERS = 8;

    /// A store lives for this many rounds, then a new one begins, so that the long form fits on a small disk.
    private static final int ROUNDS_OF_A_STORE = 10;

    private final SplittableRandom random = new SplittableRandom(SEED);

    @Test
    void shouldLoseNothingThatWasAcknowledged() throws Exception {
        System.out.println("seed=" + SEED + " rounds=" + ROUNDS);
        Path root = Files.createTempDirectory("flywheel-kill");
        for (int first = 0; first < ROUNDS; first += ROUNDS_OF_A_STORE) {
            Path directory = root.resolve("disk-" + first);
            live(directory, Math.min(ROUNDS_OF_A_STORE, ROUNDS - first), first);
            Trees.delete(directory);
        }
        Trees.delete(root);
    }

    private void live(Path directory, int rounds, int first) throws Exception {
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            boolean versioned = i % 2 == 1;
            writers.add(new Writer(i, random.nextLong(), versioned ? "versioned" : "plain", versioned));
        }
        try (RunningServer server = RunningServer.start(directory);
                S3Client s3 = S3Clients.sync(server.endpoint())) {
            s3.createBucket(b -> b.bucket("plain"));
            s3.createBucket(b -> b.bucket("versioned"));
            s3.putBucketVersioning(
                    b -> b.bucket("versioned").versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));
        }
        for (int round = 0; round < rounds; round++) {
            if (random.nextInt(3) == 0) {
                killWhileItStarts(directory);
            }
            try (RunningServer server = RunningServer.start(directory);
                    S3Client s3 = S3Clients.sync(server.endpoint())) {
                inParallel(writers, writer -> writer.verify(s3));
                loadUntilKilled(server, s3, writers);
            } catch (AssertionError | Exception e) {
                throw new AssertionError(
                        "round " + (first + round) + " of -Dseed=" + SEED + ", disk kept in " + directory, e);
            }
        }
        try (RunningServer server = RunningServer.start(directory);
                S3Client s3 = S3Clients.sync(server.endpoint())) {
            inParallel(writers, writer -> writer.verify(s3));
        }
    }

    /// Recovery can be killed too.
    private void killWhileItStarts(Path directory) throws IOException {
        Process process = RunningServer.launch(directory, RunningServer.Options.DEFAULT, RunningServer.logFile());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300 + random.nextInt(1_500)));
        process.destroyForcibly().onExit().join();
        process.getInputStream().close();
    }

    private void loadUntilKilled(RunningServer server, S3Client s3, List<Writer> writers) throws Exception {
        CountDownLatch acknowledgements = new CountDownLatch(1 + random.nextInt(400));
        AtomicBoolean ending = new AtomicBoolean();
        long extraNanos = random.nextLong(TimeUnit.MILLISECONDS.toNanos(20));
        Thread killer = Thread.ofPlatform().start(() -> {
            try {
                acknowledgements.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                // A writer failed: the round ends now.
            }
            // Not only at the moments at which an answer has just arrived.
            LockSupport.parkNanos(extraNanos);
            ending.set(true);
            server.kill();
        });
        try {
            inParallel(writers, writer -> writer.write(s3, acknowledgements::countDown, ending::get));
        } finally {
            killer.interrupt();
            killer.join();
        }
    }

    private static void inParallel(List<Writer> writers, Consumer<Writer> work) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(writers.size())) {
            List<Future<?>> running = new ArrayList<>();
            for (Writer writer : writers) {
                running.add(threads.submit(() -> work.accept(writer)));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
    }
}

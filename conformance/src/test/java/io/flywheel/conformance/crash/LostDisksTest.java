package io.flywheel.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flywheel.conformance.AdminClient;
import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.S3Clients;
import io.flywheel.conformance.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/// A server with eight disks of which some are lost or rot while clients write and read. `-Dseed=` replays the
/// choices of a run (not the moments of its threads).
final class LostDisksTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int DISKS = 8;
    private static final int WRITERS = 3;
    private static final String BUCKET = "bucket";
    private static final Duration HEALS = Duration.ofMinutes(3);

    /// Two of eight disks may be lost for good: six others are left to be whole on.
    private static final String CONFIGURATION = """
        storage-classes { STANDARD = "rs(4,2)", REDUCED_REDUNDANCY = "rs(4,2)", STANDARD_IA = "rs(4,2)" }
        repair { grace = 1 s, rate = 1 GiB }
        audit { grace = 1 s, period = 2 s }
        scrub.period = 5 s
        """;

    /// Of the copysets, and of the namespace.
    private static final List<Pattern> REDUNDANCY = List.of(
            Pattern.compile("\"parity\":(\\d+),\"remaining\":(-?\\d+)"),
            Pattern.compile("\"mayLose\":(-?\\d+),\"madeToLose\":(\\d+)"));

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path work;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<Path> disks = new ArrayList<>();

    /// The disks that are left, whatever their order.
    private RunningServer start(String... more) throws IOException {
        Path configuration = work.resolve("flywheel.conf");
        Files.writeString(configuration, CONFIGURATION);
        var arguments = new ArrayList<>(List.of("--config", configuration.toString()));
        arguments.addAll(List.of(more));
        disks.subList(1, disks.size()).forEach(disk -> arguments.add(disk.toString()));
        var jvm = List.of("-XX:MaxDirectMemorySize=320m");
        return RunningServer.start(disks.getFirst(), new RunningServer.Options(List.of(), jvm, arguments));
    }

    private void makeDisks() {
        for (int i = 0; i < DISKS; i++) {
            disks.add(work.resolve("disk-" + i));
        }
    }

    @Test
    void shouldLoseNothingAndHealWhenDisksAreLostAndRotUnderLoad() throws Exception {
        System.out.println("seed=" + SEED);
        makeDisks();
        var writers = new ArrayList<Writer>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer(i, random.nextLong(), BUCKET, false));
        }
        try (RunningServer server = start();
                S3Client s3 = S3Clients.sync(server.endpoint())) {
            s3.createBucket(b -> b.bucket(BUCKET));
            underLoad(s3, writers, 150, () -> {
                loseOne();
                rot(disks.get(random.nextInt(disks.size())));
            });
            awaitHealing(server);
            inParallel(writers, writer -> writer.verify(s3));
            underLoad(s3, writers, 100, this::loseOne);
            awaitHealing(server);
            inParallel(writers, writer -> writer.verify(s3));
            underLoad(s3, writers, 50, () -> {});
            server.kill();
        }
        // None of the six is needed for reading, nor is a fast one.
        loseOne();
        try (RunningServer server = start("--slow-disk=" + disks.get(random.nextInt(disks.size())) + "=50");
                S3Client s3 = S3Clients.sync(server.endpoint())) {
            inParallel(writers, writer -> writer.verify(s3));
            assertThat(server.stop()).isZero();
        }
    }

    private void loseOne() {
        Path lost = disks.remove(random.nextInt(disks.size()));
        System.out.println("lost: " + lost);
        try {
            Trees.delete(lost);
        } catch (UncheckedIOException e) {
            // The server made a file while its folder went: the rest goes as well.
            Trees.delete(lost);
        }
    }

    /// Flips bits of what was written to the disk.
    private void rot(Path disk) {
        System.out.println("rots: " + disk);
        try {
            for (Path file : Trees.files(disk.resolve("extents"))) {
                try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    for (int i = 0; i < 20; i++) {
                        flip(channel, random.nextLong(Math.max(1, Math.min(channel.size(), 8L << 20))));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void flip(FileChannel channel, long position) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        if (channel.read(one, position) == 1 && one.get(0) != 0) {
            one.put(0, (byte) (one.get(0) ^ 1 << random.nextInt(8))).rewind();
            channel.write(one, position);
        }
    }

    private interface Fault {
        void happen() throws Exception;
    }

    /// Lets the fault happen after so many answers, and goes on for as many.
    private static void underLoad(S3Client s3, List<Writer> writers, int answers, Fault fault) throws Exception {
        var count = new AtomicInteger();
        var ending = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(writers.size())) {
            List<Future<?>> running = new ArrayList<>();
            for (Writer writer : writers) {
                running.add(threads.submit(() -> writer.persist(s3, count::incrementAndGet, ending::get)));
            }
            try {
                await().atMost(HEALS)
                        .until(() -> count.get() >= answers || running.stream().anyMatch(Future::isDone));
                fault.happen();
                await().atMost(HEALS)
                        .until(() ->
                                count.get() >= 2 * answers || running.stream().anyMatch(Future::isDone));
            } finally {
                ending.set(true);
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
    }

    private static void inParallel(List<Writer> writers, java.util.function.Consumer<Writer> work) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(writers.size())) {
            List<Future<?>> running = new ArrayList<>();
            writers.forEach(writer -> running.add(threads.submit(() -> work.accept(writer))));
            for (Future<?> one : running) {
                one.get();
            }
        }
    }

    /// Until every copyset and the namespace can lose as many disks as they were made for.
    private static void awaitHealing(RunningServer server) {
        try (var admin = new AdminClient(server.endpoint(), Duration.ofMinutes(1))) {
            awaitHealing(admin);
        }
    }

    private static void awaitHealing(AdminClient admin) {
        await().atMost(HEALS)
                .pollInterval(Duration.ofSeconds(1))
                .conditionEvaluationListener(condition -> {})
                .untilAsserted(() -> {
                    String status = admin.status().text();
                    assertThat(status).contains("\"moving\":0");
                    for (Pattern redundancy : REDUNDANCY) {
                        var found = redundancy.matcher(status);
                        assertThat(found.results().map(result -> result.group(1).equals(result.group(2))))
                                .as(status)
                                .isNotEmpty()
                                .doesNotContain(false);
                    }
                });
    }
}

package io.flywheel.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.S3Clients;
import io.flywheel.conformance.crash.FaultyFolders.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.S3Client;

/// Servers of every scheme, with as many disks more as it spares, of which that many at a time are removed, moved
/// away, rot, are slow, full, failing or hung, while clients run random histories. Reads are right or a clean error,
/// what was acknowledged is there, redundancy returns by itself, and `status` tells the truth.
///
/// `-Dseed=` replays the choices of a run (not the moments of its threads), `-Danydisks.schemes=all` takes every
/// scheme (or those that are named, as `copies(3) rs(2,1)`), `-Danydisks.rounds=` more rounds of each.
final class AnyDisksTest {

    /// What befalls which disks in `verify`: slow, rotten, full, failing and hung ones; removed ones are elsewhere.
    private static final long SEED = Long.getLong("seed", 4);
    private static final int ROUNDS = Integer.getInteger("anydisks.rounds", 1);
    private static final List<String> SCHEMES = List.of(
            "copies(2)", "copies(3)", "rs(2,1)", "rs(2,2)", "rs(3,2)", "rs(4,2)", "rs(6,2)", "rs(6,3)", "rs(8,4)");
    private static final String ALWAYS = "rs(4,2)";
    private static final List<Fault> FAULTS = List.of(Fault.values());

    private static final int CLIENTS = 3;
    private static final String BUCKET = "bucket";

    /// A disk is looked at every second, and given up after ten in which it did not answer.
    private static final Duration TELLS = Duration.ofMinutes(2);

    private static final Duration HEALS = Duration.ofMinutes(5);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path work;

    static Stream<String> schemes() {
        String wanted = System.getProperty("anydisks.schemes", "");
        if (wanted.equals("all")) {
            return SCHEMES.stream();
        }
        if (!wanted.isEmpty()) {
            return Arrays.stream(wanted.split(" "));
        }
        var others = SCHEMES.stream().filter(scheme -> !scheme.equals(ALWAYS)).toList();
        return Stream.of(ALWAYS, others.get(new SplittableRandom(SEED).nextInt(others.size())));
    }

    @ParameterizedTest
    @MethodSource("schemes")
    void shouldServeAndHealWhateverBefallsAsManyDisksAsAreSpared(String name) throws Exception {
        System.out.println("seed=" + SEED + " scheme=" + name);
        new Run(ErasureScheme.parse(name), new SplittableRandom(SEED ^ name.hashCode())).play();
    }

    /// How many shards a scheme has, and how many of them it spares.
    private record ErasureScheme(String name, int shards, int spares) {
        static ErasureScheme parse(String name) {
            int[] numbers = Arrays.stream(name.replaceAll("[^0-9,]", "").split(","))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            return numbers.length == 1
                    ? new ErasureScheme(name, numbers[0], numbers[0] - 1)
                    : new ErasureScheme(name, numbers[0] + numbers[1], numbers[1]);
        }
    }

    private final class Run {
        private final ErasureScheme scheme;
        private final SplittableRandom random;
        private final FaultyFolders folders;
        private final List<Writer> writers = new ArrayList<>();

        Run(ErasureScheme scheme, SplittableRandom random) {
            this.scheme = scheme;
            this.random = random;
            folders = new FaultyFolders(work, random);
            for (int i = 0; i < CLIENTS; i++) {
                writers.add(new Writer(i, random.nextLong(), BUCKET, false));
            }
            for (int i = 0; i < scheme.shards() + scheme.spares(); i++) {
                folders.add();
            }
        }

        void play() throws Exception {
            for (int round = 0; round < ROUNDS; round++) {
                System.out.println("round " + round + " of " + scheme.name());
                try (RunningServer server = start();
                        S3Client s3 = S3Clients.sync(server.endpoint());
                        var status = new StatusWatch(server.endpoint())) {
                    if (round == 0) {
                        s3.createBucket(b -> b.bucket(BUCKET));
                    }
                    round(s3, status);
                    if (random.nextBoolean()) {
                        server.kill();
                    } else {
                        assertThat(server.stop()).isZero();
                    }
                }
            }
            try (RunningServer server = start();
                    S3Client s3 = S3Clients.sync(server.endpoint())) {
                for (Writer writer : writers) {
                    writer.verify(s3);
                }
                assertThat(server.stop()).isZero();
            }
        }

        private RunningServer start() throws IOException {
            Path configuration = work.resolve("flywheel.conf");
            Files.writeString(configuration, """
                storage-classes { STANDARD = "%1$s", REDUCED_REDUNDANCY = "%1$s", STANDARD_IA = "%1$s" }
                repair { grace = %2$d s, rate = 1 GiB }
                audit { grace = 1 s, period = 2 s }
                scrub.period = 5 s
                """.formatted(scheme.name(), random.nextBoolean() ? 1 : 6));
            var disks = folders.disks();
            var arguments = new ArrayList<>(List.of(
                    "--config",
                    configuration.toString(),
                    "--faults",
                    folders.file().toString()));
            disks.subList(1, disks.size()).forEach(disk -> arguments.add(disk.toString()));
            var jvm = List.of("-XX:MaxDirectMemorySize=320m");
            return RunningServer.start(disks.getFirst(), new RunningServer.Options(List.of(), jvm, arguments));
        }

        private void round(S3Client s3, StatusWatch status) throws Exception {
            var befallen = draw();
            try (var load = new Load(s3, writers)) {
                load.answers(20);
                for (var each : befallen.entrySet()) {
                    System.out.println(each.getValue() + " " + each.getKey());
                    folders.begin(each.getValue(), each.getKey());
                    load.answers(random.nextInt(40));
                }
                befallen.forEach((disk, fault) -> {
                    if (fault.isTold()) {
                        await(disk + " is " + fault + ", and status tells it")
                                .atMost(TELLS)
                                .until(() -> load.goesOn() && status.tells(disk));
                        status.begins(disk, fault.name());
                    }
                });
                load.answers(60);
                for (var each : befallen.entrySet()) {
                    end(each.getKey(), each.getValue(), status);
                }
                load.answers(40);
                awaitWhole(load, status);
                load.answers(20);
                load.end();
                System.out.println(load.summary() + ", status was asked " + status.answers() + " times");
            }
            for (Writer writer : writers) {
                writer.verify(s3);
            }
            awaitShards(status);
            replace(befallen, status);
            status.check();
        }

        /// Of the disks that are there as many as are spared, or fewer, and what befalls each.
        private Map<Path, Fault> draw() {
            var disks = new ArrayList<>(folders.disks());
            var befallen = new LinkedHashMap<Path, Fault>();
            int count = random.nextInt(3) == 0 ? 1 + random.nextInt(scheme.spares()) : scheme.spares();
            for (int i = 0; i < count; i++) {
                Path disk = disks.remove(random.nextInt(disks.size()));
                befallen.put(disk, FAULTS.get(random.nextInt(FAULTS.size())));
            }
            return befallen;
        }

        private void end(Path disk, Fault fault, StatusWatch status) {
            if (!fault.isLasting()) {
                status.ends(disk);
            }
            folders.end(fault, disk);
            if (fault == Fault.AWAY) {
                var answer = status.admin().act("disk/restore", Map.of("dir", disk.toString()));
                assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            }
        }

        private void awaitWhole(Load load, StatusWatch status) {
            await("redundancy returns, with " + folders.disks().size() + " disks left")
                    .atMost(HEALS)
                    .conditionEvaluationListener(condition -> {})
                    .untilAsserted(() -> {
                        load.goesOn();
                        assertThat(status.isWhole())
                                .as(() -> status.latest().toString())
                                .isTrue();
                    });
        }

        /// Until all shards of everything are where they should be, every byte of them verified.
        private void awaitShards(StatusWatch status) {
            for (Writer writer : writers) {
                for (String key : writer.stored()) {
                    await(key + " is whole").atMost(HEALS).untilAsserted(() -> {
                        var answer = status.admin().explain(BUCKET, key);
                        assertThat(answer.text())
                                .contains("\"readable\":true")
                                .doesNotContain("\"state\":\"missing\"")
                                .doesNotContain("\"state\":\"corrupt\"")
                                .doesNotContain("\"state\":\"unreadable\"")
                                .doesNotContain("\"state\":\"disk absent\"");
                    });
                }
            }
        }

        /// Disks that were removed are given up, and others are added in their place; then all is well.
        private void replace(Map<Path, Fault> befallen, StatusWatch status) {
            befallen.forEach((disk, fault) -> {
                if (fault != Fault.REMOVED) {
                    return;
                }
                await(disk + " can be given up").atMost(HEALS).untilAsserted(() -> {
                    var answer = status.admin().act("disk/remove", Map.of("disk", disk.toString()));
                    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
                });
                status.ends(disk);
                var answer = status.admin()
                        .act("disk/add", Map.of("dir", folders.add().toString()));
                assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            });
            if (befallen.values().stream().noneMatch(fault -> fault == Fault.FAILING)) {
                await("all is well again")
                        .atMost(HEALS)
                        .conditionEvaluationListener(condition -> {})
                        .untilAsserted(() -> assertThat(status.complaints()).isEmpty());
            }
        }
    }
}

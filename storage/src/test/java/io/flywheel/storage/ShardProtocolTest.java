package io.flywheel.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.flywheel.base.BlockId;
import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Transport;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.storage.ShardProtocol.Malformed;
import io.flywheel.storage.ShardRequest.Part;
import io.flywheel.storage.ShardRequest.Target;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShardProtocolTest {
    private static final int ROUNDS = 60_000;
    private static final long SEED = Long.getLong("checks.seed", 1);
    private static final DiskId DISK = new DiskId(new UUID(0x0102030405060708L, 0x1112131415161718L));
    private static final ShardId SHARD = new ShardId(new BlockId(7, 8, 9), 31);
    private static final Target TARGET = new Target(SHARD, 5);
    private static final DiskHeat HEAT =
            new DiskHeat(3, new DiskHeat.Load(1.5, 2.5, 4, 5), new DiskHeat.Load(0, 0, Long.MAX_VALUE, 7));

    private static final List<ShardRequest> REQUESTS = List.of(
            new ShardRequest.Put(DISK, TARGET),
            new ShardRequest.PutAll(DISK, List.of(new Part(TARGET, 1), new Part(TARGET, Integer.MAX_VALUE))),
            new ShardRequest.PutAll(DISK, List.of()),
            new ShardRequest.Open(DISK, -1, TARGET),
            new ShardRequest.Append(DISK, 12, 1L << 40),
            new ShardRequest.Seal(DISK, 12, 13),
            new ShardRequest.Abort(DISK, 12),
            new ShardRequest.Get(DISK, SHARD, 14),
            new ShardRequest.Length(DISK, SHARD),
            new ShardRequest.Delete(DISK, TARGET),
            new ShardRequest.DeleteAll(
                    DISK,
                    IntStream.range(0, ShardRequest.SHARDS_MAX)
                            .mapToObj(number -> new Target(new ShardId(new BlockId(1, 1, number), 0), number))
                            .toList()),
            new ShardRequest.Enumerate(DISK, SHARD, 1000),
            new ShardRequest.Flush(DISK),
            new ShardRequest.Reclaim(DISK),
            new ShardRequest.Reclamation(DISK),
            new ShardRequest.Space(DISK),
            new ShardRequest.Health(DISK),
            new ShardRequest.Fence(DISK, Integer.MAX_VALUE, Long.MAX_VALUE),
            new ShardRequest.Disks());

    private static final List<ShardAnswer> ANSWERS = List.of(
            new ShardAnswer.Done(),
            new ShardAnswer.Taken(),
            new ShardAnswer.Full(),
            new ShardAnswer.Fenced("it failed"),
            new ShardAnswer.Stale(4, 5),
            new ShardAnswer.Lost("é"),
            new ShardAnswer.NoSession(""),
            new ShardAnswer.Found(),
            new ShardAnswer.Missing(),
            new ShardAnswer.Corrupt("there"),
            new ShardAnswer.Failed("x".repeat(1000)),
            new ShardAnswer.LengthIs(64 << 20),
            new ShardAnswer.Unreadable(true, "page"),
            new ShardAnswer.Shards(List.of(SHARD, new ShardId(new BlockId(0, 1, 0), 0))),
            new ShardAnswer.Reclaimed(true),
            new ShardAnswer.ReclamationIs(new ShardStore.Reclamation(5, 0.5)),
            new ShardAnswer.SpaceIs(new ShardStore.Space(1, 2, 3, 4)),
            new ShardAnswer.HealthIs(new DiskHealth("", List.of("one", "two"), HEAT)),
            new ShardAnswer.DisksAre(List.of(DISK, ShardRequest.NO_DISK)),
            new ShardAnswer.NoSuchDisk(),
            new ShardAnswer.Misused("past the end"));

    @Test
    void shouldDecodeWhatItEncoded() throws Malformed {
        for (var request : REQUESTS) {
            var header = ShardProtocol.encode(request);
            assertThat(header.length).isLessThanOrEqualTo(Transport.HEADER_BYTES_MAX);
            assertThat(ShardProtocol.decodeRequest(header)).isEqualTo(request);
        }
        for (var answer : ANSWERS) {
            var header = ShardProtocol.encode(answer);
            assertThat(header.length).isLessThanOrEqualTo(Transport.HEADER_BYTES_MAX);
            assertThat(ShardProtocol.decodeAnswer(header)).isEqualTo(answer);
        }
    }

    @Test
    void shouldKeepTheLayoutOfItsVersion() {
        var hex = HexFormat.of();
        assertThat(hex.formatHex(ShardProtocol.encode(new ShardRequest.Put(DISK, TARGET))))
                .isEqualTo("01" + "0807060504030201" + "1817161514131211" + "0500000000000000" + "07000000"
                        + "0800000000000000" + "0900000000000000" + "1f");
        assertThat(hex.formatHex(ShardProtocol.encode(new ShardAnswer.Stale(4, 5))))
                .isEqualTo("05" + "04000000" + "0500000000000000");
    }

    @Test
    void shouldCutLongTexts() throws Malformed {
        var answer = new ShardAnswer.Fenced("y".repeat(5000));
        assertThat(ShardProtocol.decodeAnswer(ShardProtocol.encode(answer)))
                .isEqualTo(new ShardAnswer.Fenced("y".repeat(1000)));
        var damage = IntStream.range(0, 50).mapToObj(_ -> "z".repeat(5000)).toList();
        var health = new ShardAnswer.HealthIs(new DiskHealth("y".repeat(5000), damage, HEAT));
        assertThat(ShardProtocol.encode(health).length).isLessThanOrEqualTo(Transport.HEADER_BYTES_MAX);
        assertThat(ShardProtocol.decodeAnswer(ShardProtocol.encode(health))).isInstanceOf(ShardAnswer.HealthIs.class);
    }

    @Test
    void shouldDecodeNoiseToAValueOrRefuseIt() {
        var samples = new ArrayList<byte[]>();
        REQUESTS.forEach(request -> samples.add(ShardProtocol.encode(request)));
        ANSWERS.forEach(answer -> samples.add(ShardProtocol.encode(answer)));
        var random = new SeededRandom(SEED);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int accepted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            var header = changed(samples.get(random.nextInt(samples.size())), random);
            // Whatever is the first to go a way loads what is there: only what is allocated again is the header's.
            long allocated = Math.min(allocated(threads, header), allocated(threads, header));
            assertThat(allocated)
                    .as("bytes allocated for %s, seed %d", HexFormat.of().formatHex(header), SEED)
                    .isLessThan(16_000 + 40L * header.length);
            var request = request(header);
            var answer = answer(header);
            if (request.isPresent()) {
                assertThat(ShardProtocol.encode(request.get())).isEqualTo(header);
            }
            if (answer.isPresent()) {
                assertThat(ShardProtocol.encode(answer.get())).isNotEmpty();
            }
            accepted += request.isPresent() || answer.isPresent() ? 1 : 0;
        }
        assertThat(accepted).isGreaterThan(ROUNDS / 20);
    }

    private static long allocated(ThreadMXBean threads, byte[] header) {
        long before = threads.getCurrentThreadAllocatedBytes();
        request(header);
        answer(header);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static byte[] changed(byte[] sample, SeededRandom random) {
        if (random.nextInt(4) == 0) {
            var noise = new byte[random.nextInt(100)];
            random.nextBytes(noise);
            return noise;
        }
        var bytes = Arrays.copyOf(sample, Math.max(0, sample.length + (random.nextInt(3) - 1) * random.nextInt(20)));
        for (int change = random.nextInt(4); change > 0 && bytes.length > 0; change--) {
            bytes[random.nextInt(Math.min(bytes.length, 80))] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static Optional<ShardRequest> request(byte[] header) {
        try {
            return Optional.of(ShardProtocol.decodeRequest(header));
        } catch (Malformed refused) {
            return Optional.empty();
        }
    }

    private static Optional<ShardAnswer> answer(byte[] header) {
        try {
            return Optional.of(ShardProtocol.decodeAnswer(header));
        } catch (Malformed refused) {
            return Optional.empty();
        }
    }
}

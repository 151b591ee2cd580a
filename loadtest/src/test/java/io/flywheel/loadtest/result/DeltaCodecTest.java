package io.flywheel.loadtest.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class DeltaCodecTest {
    @Test
    void shouldReadWhatItWrites() throws IOException {
        var delta = delta();
        assertThat(DeltaCodec.decode(DeltaCodec.encode(delta))).isEqualTo(delta);
    }

    @Test
    void shouldRefuseAnotherVersion() {
        byte[] bytes = DeltaCodec.encode(delta());
        bytes[0] = 9;
        assertThatThrownBy(() -> DeltaCodec.decode(bytes))
                .isInstanceOf(IOException.class)
                .hasMessage("a delta of version 9, this is version 1");
    }

    @Test
    void shouldTurnAnyBytesIntoADeltaOrAnError() {
        long seed = 4;
        var random = new Random(seed);
        byte[] whole = DeltaCodec.encode(delta());
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Arrays.copyOf(whole, random.nextInt(4) == 0 ? random.nextInt(whole.length) : whole.length);
            for (int flips = random.nextInt(4); flips > 0 && bytes.length > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            assertThatCode(() -> {
                        try {
                            DeltaCodec.decode(bytes);
                        } catch (IOException expected) {
                            assertThat(expected).isNotNull();
                        }
                    })
                    .as("seed %d, round %d", seed, i)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void shouldNotCutACharacterInTwo() {
        String smiles = "\ud83d\ude00".repeat(300);
        var sample = new FailureSample(1, 2, "a" + smiles, "a" + smiles, List.of());
        assertThat(sample.kind()).isEqualTo("a" + "\ud83d\ude00".repeat(99));
        assertThat(sample.message()).isEqualTo("a" + "\ud83d\ude00".repeat(249) + "...");
    }

    /// An S3 error's code may be 16 MiB long, a header 64 KiB, and a part's name whatever a team says.
    @Test
    void shouldCarryWhatAnAnswerMakesAsLongAsItCan() throws IOException {
        var recorder = new Recorder("a");
        String endless = "\ud83d\ude00".repeat(1 << 20);
        var failure = new FailureSample(1, 2, endless, endless, Collections.nCopies(1_000, endless));
        recorder.transaction("get").failed(new SeriesRecorder.Times(1, 1), 0, 0, failure);
        recorder.transaction("get").checked(endless, false);
        recorder.part("get", endless).failed(new SeriesRecorder.Times(1, 1), 0, 0, failure);
        var encoded = DeltaCodec.encode(recorder.take(1, GeneratorHealth.nothing()));
        assertThat(encoded).hasSizeLessThan(100_000);
        var decoded = DeltaCodec.decode(encoded);
        assertThat(decoded.series()).hasSize(2);
        // The example of a kind is found by the kind.
        var counts = decoded.series().getOrDefault("get", SeriesDelta.nothing());
        assertThat(counts.errors()).containsOnlyKeys(counts.samples().getFirst().kind());
    }

    private static Delta delta() {
        var recorder = new Recorder("agent-ä");
        recorder.transaction("get").succeeded(new SeriesRecorder.Times(1_000_000, 900_000), 10, 20);
        recorder.transaction("get").checked("status is 200", true);
        recorder.transaction("put").starved();
        recorder.part("get", "login").succeeded(new SeriesRecorder.Times(5, 5), 0, 0);
        recorder.transaction("get")
                .failed(
                        new SeriesRecorder.Times(2_000_000, 2),
                        0,
                        0,
                        new FailureSample(3, 4, "timeout", "after 5 s", List.of("r-1")));
        var lag = Latencies.empty();
        lag.recordValue(77_000);
        recorder.take(5, GeneratorHealth.nothing());
        recorder.transaction("get").succeeded(new SeriesRecorder.Times(1_000_000, 900_000), 10, 20);
        recorder.transaction("get")
                .failed(
                        new SeriesRecorder.Times(2_000_000, 2),
                        0,
                        0,
                        new FailureSample(3, 4, "timeout", "after 5 s", List.of("r-1")));
        return recorder.take(9, new GeneratorHealth(lag, 1, 2, 9, 0.5, 3, 4, 5, 6, 7, 8));
    }
}

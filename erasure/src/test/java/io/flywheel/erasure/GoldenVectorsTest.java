package io.flywheel.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/// Parity that was written once stays readable: `parity.txt` holds what each scheme makes of known data.
/// Were this test to fail, a stored block could not be decoded any more; then the scheme needs another
/// identity, not the file a change.
final class GoldenVectorsTest {
    private static final int BYTES = 24;

    @Test
    void shouldMakeTheParityThatIsOnDisks() throws IOException {
        var engines = Engine.choose().usable();
        for (var engine : engines) {
            assertThat(lines(engine)).as(engine.name()).isEqualTo(golden());
        }
    }

    private static List<String> golden() throws IOException {
        try (var file = Objects.requireNonNull(GoldenVectorsTest.class.getResourceAsStream("parity.txt"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    /// Small schemes in full, the others by a CRC-32C over all their parity.
    private static List<String> lines(Engine engine) {
        var lines = new ArrayList<String>();
        for (int k = 1; k < Scheme.SHARDS_MAX; k++) {
            for (int m = 1; k + m <= Scheme.SHARDS_MAX; m++) {
                var scheme = new Scheme.Rs(k, m);
                var cells = new ByteBuffer[k + m];
                for (int i = 0; i < cells.length; i++) {
                    cells[i] = ByteBuffer.allocateDirect(BYTES);
                    for (int at = 0; i < k && at < BYTES; at++) {
                        cells[i].put(at, (byte) (17 + i * 37 + at * at * 5));
                    }
                }
                new ErasureCode(scheme, engine).encode(cells);
                var parity = ByteBuffer.allocate(m * BYTES);
                for (int i = k; i < cells.length; i++) {
                    parity.put(cells[i]);
                }
                var crc = new CRC32C();
                crc.update(parity.flip());
                lines.add(scheme
                        + (k * m <= 8 || (k == 8 && m == 4)
                                ? " " + HexFormat.of().formatHex(parity.array())
                                : " crc32c %08x".formatted(crc.getValue())));
            }
        }
        return lines;
    }
}

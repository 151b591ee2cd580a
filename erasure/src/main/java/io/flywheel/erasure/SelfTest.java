package io.flywheel.erasure;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Holds what computes against the specification, at every start: a miscompiled loop, a library of
/// another make or a broken vector unit must not write parity that nothing can read.
///
/// One product has every factor with every byte; others have every number of outputs, with lengths
/// around those at which
/// loops change, in buffers that are aligned to nothing.
final class SelfTest {
    private static final int[] LENGTHS = {1, 65, 257, 513};
    private static final int[] OUTPUTS = {1, 2, 3, 4, 5};

    private SelfTest() {}

    /// The bytes differ: the message says whose and where.
    static final class Differs extends Exception {
        private static final long serialVersionUID = 1;

        Differs(String message) {
            super(message);
        }
    }

    static void check(Arithmetic tried) throws Differs {
        var everyFactor = Matrix.of(16, 16, (row, column) -> row * 16 + column);
        compare(tried, everyFactor, everyByte(16));
        for (int outputs : OUTPUTS) {
            var generator = Generator.of(new Scheme.Rs(2, outputs));
            var rows = Slots.first(2 + outputs).minus(Slots.first(2)).toArray();
            for (int length : LENGTHS) {
                compare(tried, generator.select(rows), noise(2, length));
            }
        }
    }

    static void check(Fold tried) throws Differs {
        for (int rows : new int[] {1, 2, 17}) {
            for (var cell : noise(1, rows * Fingerprint.ROW_BYTES)) {
                var expected = new long[Fingerprint.ROW_BYTES / Long.BYTES];
                Arrays.setAll(expected, i -> 0x0123456789ABCDEFL * (i + 1));
                var actual = expected.clone();
                try {
                    new ScalarFold().fold(Memory.address(cell), rows, expected);
                    tried.fold(Memory.address(cell), rows, actual);
                } finally {
                    Reference.reachabilityFence(cell);
                }
                if (!Arrays.equals(expected, actual)) {
                    throw new Differs("checks of parity differ from the scalar ones over " + rows + " rows");
                }
            }
        }
    }

    private static void compare(Arithmetic tried, Matrix matrix, List<ByteBuffer> inputs) throws Differs {
        int length = inputs.getFirst().remaining();
        var from = inputs.toArray(ByteBuffer[]::new);
        var expected = cells(matrix.rows(), length).toArray(ByteBuffer[]::new);
        var actual = cells(matrix.rows(), length).toArray(ByteBuffer[]::new);
        new ScalarArithmetic().by(matrix).apply(from, expected);
        tried.by(matrix).apply(from, actual);
        for (int i = 0; i < expected.length; i++) {
            int at = expected[i].mismatch(actual[i]);
            if (at >= 0) {
                throw new Differs("%s differs from scalar: %d by %d, cells of %d bytes, output %d at byte %d"
                        .formatted(tried.name(), matrix.rows(), matrix.columns(), length, i, at));
            }
        }
    }

    private static List<ByteBuffer> everyByte(int count) {
        var cells = cells(count, 256);
        for (int i = 0; i < count; i++) {
            for (int at = 0; at < 256; at++) {
                cells.get(i).put(at, (byte) (at * (2 * i + 1) + i));
            }
        }
        return cells;
    }

    private static List<ByteBuffer> noise(int count, int length) {
        var cells = cells(count, length);
        long state = 0x9E3779B97F4A7C15L + length;
        for (var cell : cells) {
            for (int at = 0; at < length; at++) {
                state = state * 6364136223846793005L + 1442695040888963407L;
                cell.put(at, (byte) (state >>> 56));
            }
        }
        return cells;
    }

    /// Direct, and each at another odd address.
    private static List<ByteBuffer> cells(int count, int length) {
        var cells = new ArrayList<ByteBuffer>();
        for (int i = 0; i < count; i++) {
            cells.add(ByteBuffer.allocateDirect(length + 2 * i + 1).slice(2 * i + 1, length));
        }
        return cells;
    }
}

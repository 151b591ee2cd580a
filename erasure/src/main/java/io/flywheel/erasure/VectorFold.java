package io.flywheel.erasure;

import static io.flywheel.erasure.Memory.ADDRESS_MASK;

import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Whole vectors at a time, four in flight: as fast as memory. It doubles bytes and corrects those that
/// overflowed; neither tables nor look-ups occur, so that it shares no step with {@link VectorKernels}.
final class VectorFold implements Fold {
    private static final VectorSpecies<Byte> BYTES = VectorKernels.BYTES;
    private static final VectorSpecies<Long> LONGS = BYTES.withLanes(long.class);
    private static final int LANES = BYTES.length();
    private static final byte REDUCTION = (byte) Galois.POLYNOMIAL;

    /// Names {@link VectorKernels} first, so that a JVM without the Vector API fails here.
    VectorFold() {
        if (Fingerprint.ROW_BYTES % (4 * LANES) != 0) {
            throw new UnsupportedOperationException("this JVM's vectors have " + LANES + " bytes");
        }
    }

    @Override
    public void fold(long address, int rows, long[] state) {
        for (int column = 0; column < Fingerprint.ROW_BYTES; column += 4 * LANES) {
            foldColumns(address + column, rows, state, column / Long.BYTES);
        }
    }

    private static void foldColumns(long address, int rows, long[] state, int from) {
        int longs = LANES / Long.BYTES;
        ByteVector a = LongVector.fromArray(LONGS, state, from).reinterpretAsBytes();
        ByteVector b = LongVector.fromArray(LONGS, state, from + longs).reinterpretAsBytes();
        ByteVector c = LongVector.fromArray(LONGS, state, from + 2 * longs).reinterpretAsBytes();
        ByteVector d = LongVector.fromArray(LONGS, state, from + 3 * longs).reinterpretAsBytes();
        for (int row = 0; row < rows; row++) {
            long at = (address + (long) row * Fingerprint.ROW_BYTES) & ADDRESS_MASK;
            a = next(a, at);
            b = next(b, at + LANES);
            c = next(c, at + 2L * LANES);
            d = next(d, at + 3L * LANES);
        }
        a.reinterpretAsLongs().intoArray(state, from);
        b.reinterpretAsLongs().intoArray(state, from + longs);
        c.reinterpretAsLongs().intoArray(state, from + 2 * longs);
        d.reinterpretAsLongs().intoArray(state, from + 3 * longs);
    }

    private static ByteVector next(ByteVector state, long address) {
        ByteVector timesX = state.add(state).lanewise(VectorOperators.XOR, REDUCTION, state.lt((byte) 0));
        ByteVector row = ByteVector.fromMemorySegment(BYTES, Memory.ALL, address, ByteOrder.nativeOrder());
        return timesX.lanewise(VectorOperators.XOR, row);
    }
}

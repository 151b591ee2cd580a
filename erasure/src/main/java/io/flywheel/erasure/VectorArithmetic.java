package io.flywheel.erasure;

import static io.flywheel.base.Check.check;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/// By the Vector API, a whole vector of bytes at a time. Up to four outputs are computed in one pass
/// over the inputs, so that each byte of data is loaded once where m is at most 4; more outputs take
/// more passes over pieces that stay in the second-level cache.
final class VectorArithmetic implements Arithmetic {
    /// Of all inputs together, for a pass.
    private static final int PASS_BYTES = 128 << 10;

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public Product by(Matrix matrix) {
        int passes = (matrix.rows() + 3) / 4;
        var tables = new MemorySegment[passes];
        var firstRows = new int[passes + 1];
        for (int pass = 0; pass < passes; pass++) {
            firstRows[pass + 1] = (pass + 1) * matrix.rows() / passes;
            tables[pass] = tables(matrix, firstRows[pass], firstRows[pass + 1]);
        }
        int piece = passes == 1
                ? Integer.MAX_VALUE
                : Math.max(PASS_BYTES / matrix.columns() / VectorKernels.STEP_BYTES, 1) * VectorKernels.STEP_BYTES;
        return new NativeProduct(VectorKernels.STEP_BYTES) {
            @Override
            void multiply(Scratch scratch, int bytes) {
                try {
                    for (int from = 0; from < bytes; from += Math.min(piece, bytes - from)) {
                        for (int pass = 0; pass < passes; pass++) {
                            int to = from + Math.min(piece, bytes - from);
                            int row = firstRows[pass];
                            VectorKernels.multiply(
                                    firstRows[pass + 1] - row,
                                    matrix.columns(),
                                    tables[pass].address(),
                                    scratch,
                                    row,
                                    from,
                                    to);
                        }
                    }
                } finally {
                    Reference.reachabilityFence(tables);
                }
            }
        };
    }

    /// The tables of the rows of one pass: for each column, for each row, the products with the low bits
    /// of a byte and those with the high bits, a vector each (see {@link VectorKernels}).
    private static MemorySegment tables(Matrix matrix, int fromRow, int toRow) {
        check(toRow - fromRow >= 1 && toRow - fromRow <= 4, "a pass has one to four outputs");
        int lanes = VectorKernels.LANES;
        MemorySegment tables = Memory.allocate((long) matrix.columns() * (toRow - fromRow) * 2 * lanes);
        long at = 0;
        for (int column = 0; column < matrix.columns(); column++) {
            for (int row = fromRow; row < toRow; row++) {
                byte[] products = Galois.products(matrix.at(row, column));
                for (int lane = 0; lane < lanes; lane++) {
                    tables.set(JAVA_BYTE, at + lane, products[lane]);
                    tables.set(JAVA_BYTE, at + lanes + lane, products[lane << VectorKernels.LOW_BITS & 0xFF]);
                }
                at += 2L * lanes;
            }
        }
        return tables;
    }
}

package io.flywheel.erasure;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Eight bytes for a cell that are linear over GF(2^8): a cell that is a sum of multiples of other cells
/// has the sum of the multiples of their fingerprints. So parity is checked against data by comparing m
/// times k products of eight bytes,
/// after one pass over the cells that neither multiplies by the code's factors nor looks anything up.
///
/// The cell, with zeros behind it, is cut into rows of 256 bytes. Row after row is added to x times the
/// sum so far (Horner's rule), then the 32 longs of that sum in the same way. So byte i of a cell counts
/// in lane i mod 8, with a factor x^e: it repeats after 255 rows, and within a row differs for each of
/// its longs.
///
/// What it sees: every change of one byte, every change within one long, every two changed bytes of
/// different factor or lane. Anything else goes unseen where the errors, each times its factor, cancel
/// in all eight lanes: once in 2^64 for errors that know nothing of the factors. Rows exchanged over a
/// distance of 255 times 256 bytes are not seen.
final class Fingerprint {
    static final int ROW_BYTES = 256;

    private final Fold fold;

    Fingerprint(Fold fold) {
        this.fold = fold;
    }

    /// Of a cell from its position to its limit, which it keeps; direct or on the heap.
    long of(ByteBuffer cell) {
        var scratch = Scratch.take();
        try {
            Arrays.fill(scratch.row, 0);
            foldAll(cell, scratch);
            long fingerprint = 0;
            for (long lanes : scratch.row) {
                fingerprint = Fold.timesX(fingerprint) ^ lanes;
            }
            return fingerprint;
        } finally {
            scratch.giveBack();
            Reference.reachabilityFence(cell);
        }
    }

    private void foldAll(ByteBuffer cell, Scratch scratch) {
        long staging = scratch.staging.address();
        int whole = cell.remaining() / ROW_BYTES * ROW_BYTES;
        if (cell.isDirect()) {
            fold.fold(Memory.address(cell), whole / ROW_BYTES, scratch.row);
        } else {
            for (int from = 0; from < whole; from += Scratch.PIECE_BYTES) {
                int bytes = Math.min(Scratch.PIECE_BYTES, whole - from);
                MemorySegment.copy(MemorySegment.ofBuffer(cell), from, scratch.staging, 0, bytes);
                fold.fold(staging, bytes / ROW_BYTES, scratch.row);
            }
        }
        int rest = cell.remaining() - whole;
        if (rest > 0) {
            for (int i = 0; i < ROW_BYTES; i++) {
                scratch.staging.set(JAVA_BYTE, i, i < rest ? cell.get(cell.position() + whole + i) : 0);
            }
            fold.fold(staging, 1, scratch.row);
        }
    }

    /// Each of the eight bytes times {@code factor}.
    static long multiply(int factor, long fingerprint) {
        long product = 0;
        long shifted = fingerprint;
        for (int left = factor; left != 0; left >>>= 1) {
            if ((left & 1) != 0) {
                product ^= shifted;
            }
            shifted = Fold.timesX(shifted);
        }
        return product;
    }
}

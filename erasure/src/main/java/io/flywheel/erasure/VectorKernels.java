package io.flywheel.erasure;

import static io.flywheel.erasure.Memory.ADDRESS_MASK;
import static io.flywheel.erasure.Memory.ALL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.flywheel.erasure.machine.Processor;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The inner loops over vectors of bytes.
///
/// A product c·b is linear in b, so it is c times b's low bits plus c times its high bits, each looked
/// up in a vector that is the table ("Screaming Fast Galois Field Arithmetic", FAST '13, with four and
/// four bits). A vector of 2^n bytes looks up n bits at once, so the low part here is n bits: 6 and 2
/// where vectors have 64 bytes. Nothing is
/// masked. A look-up wraps its indices to n bits, which cuts the low part out of a byte by itself. The
/// high part comes by shifting longs, which leaves bits of the neighbouring byte above it; its table
/// repeats, so they do not matter.
///
/// One table serves two or four vectors at a time: loading tables would take as long as the look-ups.
/// The last vectors of a cell overlap those before them: the same bytes are computed twice.
///
/// What C2 needs: a constant species; sums in local variables; addresses that it knows to be in bounds
/// (see {@link Memory}); and that it inlines all of a body, else the sums become objects, at half of the
/// speed and less. Late in a large body it inlines the Vector API's own methods alone, so the loops call
/// those and nothing else there, and 16 sums are too many.
final class VectorKernels {
    static final VectorSpecies<Byte> BYTES = species();
    static final int LANES = BYTES.length();

    /// Bits of a byte that one look-up covers.
    static final int LOW_BITS = Integer.numberOfTrailingZeros(LANES);

    /// No kernel takes shorter cells.
    static final int STEP_BYTES = 4 * LANES;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private VectorKernels() {}

    /// x86 looks bytes up within 16 of them, unless it has VBMI, which does so within 64: 32 are slower
    /// than 16.
    private static VectorSpecies<Byte> species() {
        var widest = ByteVector.SPECIES_PREFERRED;
        if (widest.length() < 16) {
            throw new UnsupportedOperationException("this JVM's vectors have " + widest.length() + " bytes");
        }
        boolean isWidestFast = Processor.looksUpWholeVectors() || (widest.length() == 64 && Processor.looksUp64Bytes());
        return isWidestFast ? widest : VectorSpecies.of(byte.class, VectorShape.S_128_BIT);
    }

    /// Multiplies bytes {@code from} to {@code to} of every input into the outputs beginning with {@code
    /// row}.
    ///
    /// @param rows one to four
    /// @param to at least {@link #STEP_BYTES}
    static void multiply(int rows, int columns, long tables, Scratch cells, int row, int from, int to) {
        switch (rows) {
            case 1 -> one(columns, tables, cells.inputs, cells.outputs, row, from, to);
            case 2 -> two(columns, tables, cells.inputs, cells.outputs, row, from, to);
            case 3 -> three(columns, tables, cells.inputs, cells.outputs, row, from, to);
            case 4 -> four(columns, tables, cells.inputs, cells.outputs, row, from, to);
            default -> throw new IllegalArgumentException("a pass has one to four outputs");
        }
    }

    private static ByteVector load(long address) {
        return ByteVector.fromMemorySegment(BYTES, ALL, address, ORDER);
    }

    private static ByteVector high(ByteVector bytes) {
        return bytes.reinterpretAsLongs().lanewise(LSHR, LOW_BITS).reinterpretAsBytes();
    }

    private static void one(int columns, long tables, long[] inputs, long[] outputs, int row, int from, int to) {
        for (int next = from; next < to; next += 4 * LANES) {
            int at = Math.min(next, to - 4 * LANES);
            ByteVector zero = ByteVector.zero(BYTES);
            ByteVector firstA = zero;
            ByteVector firstB = zero;
            ByteVector firstC = zero;
            ByteVector firstD = zero;
            for (int column = 0; column < columns; column++) {
                long input = (inputs[column] + at) & ADDRESS_MASK;
                long table = (tables + column * 2L * LANES) & ADDRESS_MASK;
                ByteVector lowA = load(input);
                ByteVector highA = high(lowA);
                ByteVector lowB = load(input + LANES);
                ByteVector highB = high(lowB);
                ByteVector lowC = load(input + 2L * LANES);
                ByteVector highC = high(lowC);
                ByteVector lowD = load(input + 3L * LANES);
                ByteVector highD = high(lowD);
                ByteVector low = load(table);
                ByteVector high = load(table + LANES);
                firstA = firstA.lanewise(XOR, lowA.selectFrom(low)).lanewise(XOR, highA.selectFrom(high));
                firstB = firstB.lanewise(XOR, lowB.selectFrom(low)).lanewise(XOR, highB.selectFrom(high));
                firstC = firstC.lanewise(XOR, lowC.selectFrom(low)).lanewise(XOR, highC.selectFrom(high));
                firstD = firstD.lanewise(XOR, lowD.selectFrom(low)).lanewise(XOR, highD.selectFrom(high));
            }
            long toFirst = (outputs[row] + at) & ADDRESS_MASK;
            firstA.intoMemorySegment(ALL, toFirst, ORDER);
            firstB.intoMemorySegment(ALL, toFirst + LANES, ORDER);
            firstC.intoMemorySegment(ALL, toFirst + 2L * LANES, ORDER);
            firstD.intoMemorySegment(ALL, toFirst + 3L * LANES, ORDER);
        }
    }

    private static void two(int columns, long tables, long[] inputs, long[] outputs, int row, int from, int to) {
        for (int next = from; next < to; next += 4 * LANES) {
            int at = Math.min(next, to - 4 * LANES);
            ByteVector zero = ByteVector.zero(BYTES);
            ByteVector firstA = zero;
            ByteVector firstB = zero;
            ByteVector firstC = zero;
            ByteVector firstD = zero;
            ByteVector secondA = zero;
            ByteVector secondB = zero;
            ByteVector secondC = zero;
            ByteVector secondD = zero;
            for (int column = 0; column < columns; column++) {
                long input = (inputs[column] + at) & ADDRESS_MASK;
                long table = (tables + column * 4L * LANES) & ADDRESS_MASK;
                ByteVector lowA = load(input);
                ByteVector highA = high(lowA);
                ByteVector lowB = load(input + LANES);
                ByteVector highB = high(lowB);
                ByteVector lowC = load(input + 2L * LANES);
                ByteVector highC = high(lowC);
                ByteVector lowD = load(input + 3L * LANES);
                ByteVector highD = high(lowD);
                ByteVector low = load(table);
                ByteVector high = load(table + LANES);
                firstA = firstA.lanewise(XOR, lowA.selectFrom(low)).lanewise(XOR, highA.selectFrom(high));
                firstB = firstB.lanewise(XOR, lowB.selectFrom(low)).lanewise(XOR, highB.selectFrom(high));
                firstC = firstC.lanewise(XOR, lowC.selectFrom(low)).lanewise(XOR, highC.selectFrom(high));
                firstD = firstD.lanewise(XOR, lowD.selectFrom(low)).lanewise(XOR, highD.selectFrom(high));
                low = load(table + 2L * LANES);
                high = load(table + 3L * LANES);
                secondA = secondA.lanewise(XOR, lowA.selectFrom(low)).lanewise(XOR, highA.selectFrom(high));
                secondB = secondB.lanewise(XOR, lowB.selectFrom(low)).lanewise(XOR, highB.selectFrom(high));
                secondC = secondC.lanewise(XOR, lowC.selectFrom(low)).lanewise(XOR, highC.selectFrom(high));
                secondD = secondD.lanewise(XOR, lowD.selectFrom(low)).lanewise(XOR, highD.selectFrom(high));
            }
            long toFirst = (outputs[row] + at) & ADDRESS_MASK;
            firstA.intoMemorySegment(ALL, toFirst, ORDER);
            firstB.intoMemorySegment(ALL, toFirst + LANES, ORDER);
            firstC.intoMemorySegment(ALL, toFirst + 2L * LANES, ORDER);
            firstD.intoMemorySegment(ALL, toFirst + 3L * LANES, ORDER);
            long toSecond = (outputs[row + 1] + at) & ADDRESS_MASK;
            secondA.intoMemorySegment(ALL, toSecond, ORDER);
            secondB.intoMemorySegment(ALL, toSecond + LANES, ORDER);
            secondC.intoMemorySegment(ALL, toSecond + 2L * LANES, ORDER);
            secondD.intoMemorySegment(ALL, toSecond + 3L * LANES, ORDER);
        }
    }

    private static void three(int columns, long tables, long[] inputs, long[] outputs, int row, int from, int to) {
        for (int next = from; next < to; next += 2 * LANES) {
            int at = Math.min(next, to - 2 * LANES);
            ByteVector zero = ByteVector.zero(BYTES);
            ByteVector firstA = zero;
            ByteVector firstB = zero;
            ByteVector secondA = zero;
            ByteVector secondB = zero;
            ByteVector thirdA = zero;
            ByteVector thirdB = zero;
            for (int column = 0; column < columns; column++) {
                long input = (inputs[column] + at) & ADDRESS_MASK;
                long table = (tables + column * 6L * LANES) & ADDRESS_MASK;
                ByteVector lowA = load(input);
                ByteVector highA = high(lowA);
                ByteVector lowB = load(input + LANES);
                ByteVector highB = high(lowB);
                ByteVector low = load(table);
                ByteVector high = load(table + LANES);
                firstA = firstA.lanewise(XOR, lowA.selectFrom(low)).lanewise(XOR, highA.selectFrom(high));
                firstB = firstB.lanewise(XOR, lowB.selectFrom(low)).lanewise(XOR, highB.selectFrom(high));
                low = load(table + 2L * LANES);
                high = load(table + 3L * LANES);
                secondA = secondA.lanewise(XOR, lowA.selectFrom(low)).lanewise(XOR, highA.selectFrom(high));
                secondB = secondB.lanewise(XOR, lowB.selectFrom(low)).lanewise(XOR, highB.selectFrom(high));
                low = load(table + 4L * LANES);
                high = load(table + 5L * LANES);
                thirdA = thirdA.lanewise(XOR, lowA.selectFrom(low)).lanewise(XOR, highA.selectFrom(high));
                thirdB = thirdB.lanewise(XOR, lowB.selectFrom(low)).lanewise(XOR, highB.selectFrom(high));
            }
            long toFirst = (outputs[row] + at) & ADDRESS_MASK;
            firstA.intoMemorySegment(ALL, toFirst, ORDER);
            firstB.intoMemorySegment(ALL, toFirst + LANES, ORDER);
            long toSecond = (outputs[row + 1] + at) & ADDRESS_MASK;
            secondA.intoMemorySegment(ALL, toSecond, ORDER);
            secondB.intoMemorySegment(ALL, toSecond + LANES, ORDER);
            long toThird = (outputs[row + 2] + at) & ADDRESS_MASK;
            thirdA.intoMemorySegment(ALL, toThird, ORDER);
            thirdB.intoMemorySegment(ALL, toThird + LANES, ORDER);
        }
    }

    private static void four(int columns, long tables, long[] inputs, long[] outputs, int row, int from, int to) {
        for (int next = from; next < to; next += 2 * LANES) {
            int at = Math.min(next, to - 2 * LANES);
            ByteVector zero = ByteVector.zero(BYTES);
            ByteVector firstA = zero;
            ByteVector firstB = zero;
            ByteVector secondA = zero;
            ByteVector secondB = zero;
            ByteVector thirdA = zero;
            ByteVector thirdB = zero;
            ByteVector fourthA = zero;
            ByteVector fourthB = zero;
            for (int column = 0; column < columns; column++) {
                long input = (inputs[column] + at) & ADDRESS_MASK;
                long table = (tables + column * 8L * LANES) & ADDRESS_MASK;
                ByteVector lowA = load(input);
                ByteVector highA = high(lowA);
                ByteVector lowB = load(input + LANES);
                ByteVector highB = high(lowB);
                ByteVector low = load(table);
                ByteVector high = load(table + LANES);
                firstA = firstA.lanewise(XOR, lowA.selectFrom(low)).lanewise(XOR, highA.selectFrom(high));
                firstB = firstB.lanewise(XOR, lowB.selectFrom(low)).lanewise(XOR, highB.selectFrom(high));
                low = load(table + 2L * LANES);
                high = load(table + 3L * LANES);
                secondA = secondA.lanewise(XOR, lowA.selectFrom(low)).lanewise(XOR, highA.selectFrom(high));
                secondB = secondB.lanewise(XOR, lowB.selectFrom(low)).lanewise(XOR, highB.selectFrom(high));
                low = load(table + 4L * LANES);
                high = load(table + 5L * LANES);
                thirdA = thirdA.lanewise(XOR, lowA.selectFrom(low)).lanewise(XOR, highA.selectFrom(high));
                thirdB = thirdB.lanewise(XOR, lowB.selectFrom(low)).lanewise(XOR, highB.selectFrom(high));
                low = load(table + 6L * LANES);
                high = load(table + 7L * LANES);
                fourthA = fourthA.lanewise(XOR, lowA.selectFrom(low)).lanewise(XOR, highA.selectFrom(high));
                fourthB = fourthB.lanewise(XOR, lowB.selectFrom(low)).lanewise(XOR, highB.selectFrom(high));
            }
            long toFirst = (outputs[row] + at) & ADDRESS_MASK;
            firstA.intoMemorySegment(ALL, toFirst, ORDER);
            firstB.intoMemorySegment(ALL, toFirst + LANES, ORDER);
            long toSecond = (outputs[row + 1] + at) & ADDRESS_MASK;
            secondA.intoMemorySegment(ALL, toSecond, ORDER);
            secondB.intoMemorySegment(ALL, toSecond + LANES, ORDER);
            long toThird = (outputs[row + 2] + at) & ADDRESS_MASK;
            thirdA.intoMemorySegment(ALL, toThird, ORDER);
            thirdB.intoMemorySegment(ALL, toThird + LANES, ORDER);
            long toFourth = (outputs[row + 3] + at) & ADDRESS_MASK;
            fourthA.intoMemorySegment(ALL, toFourth, ORDER);
            fourthB.intoMemorySegment(ALL, toFourth + LANES, ORDER);
        }
    }
}

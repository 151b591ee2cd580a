package io.flywheel.erasure;

import static io.flywheel.base.Check.check;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;

/// Encodes and rebuilds the stripes of one scheme. Thread-safe; a call works on the caller's thread
/// alone.
///
/// A stripe is an array of k data cells and m parity cells, in this order, as many as the scheme has
/// shards. A cell reaches from its buffer's position to its limit, and calls leave both. All cells of a
/// call have the same length, 1 byte to {@link #CELL_BYTES_MAX}; who has less at the end of a block
/// passes shorter cells, or fills up with zeros. Cells in direct buffers are used where they are; on the
/// heap they pass through a small native buffer, at about three fifths of the speed. The caller must not
/// free or change them meanwhile. Arguments that break these rules are refused with an {@link
/// IllegalArgumentException} before anything is written.
///
/// @see <a href="https://web.eecs.utk.edu/~jplank/plank/papers/SPE-9-97.html">Plank's tutorial</a>
public final class ErasureCode {
    public static final int CELL_BYTES_MAX = 256 << 10;

    /// In place of a cell that a call neither reads nor writes.
    public static final ByteBuffer NO_CELL = ByteBuffer.allocate(0);

    private static final int PRODUCTS_MAX = 1024;
    private static final long PRODUCTS_BYTES_MAX = 8 << 20;

    private final Scheme scheme;
    private final Matrix generator;
    private final Engine engine;
    private final Fingerprint fingerprint;
    private final int productsMax;
    private final ConcurrentHashMap<Long, Arithmetic.Product> products = new ConcurrentHashMap<>();

    public ErasureCode(Scheme scheme, Engine engine) {
        this.scheme = scheme;
        this.engine = engine;
        generator = Generator.of(scheme);
        fingerprint = new Fingerprint(engine.fold());
        long tableBytes = 128L * scheme.dataShards() * Math.max(1, scheme.parityShards());
        productsMax = (int) Math.min(PRODUCTS_MAX, PRODUCTS_BYTES_MAX / tableBytes);
    }

    public Scheme scheme() {
        return scheme;
    }

    /// The slots of the data cells.
    public Slots dataSlots() {
        return Slots.first(scheme.dataShards());
    }

    /// The slots of all cells.
    public Slots slots() {
        return Slots.first(scheme.shards());
    }

    /// Computes all parity cells from all data cells.
    public void encode(ByteBuffer[] cells) {
        reconstruct(cells, dataSlots(), slots().minus(dataSlots()));
    }

    /// Computes the {@code wanted} cells, data or parity, from the first k of those that are {@code
    /// present}. Every other cell of the array may be {@link #NO_CELL}.
    ///
    /// @param present at least k
    /// @param wanted none of the present ones
    public void reconstruct(ByteBuffer[] cells, Slots present, Slots wanted) {
        check(cells.length == scheme.shards(), scheme + " has " + scheme.shards() + " cells, not " + cells.length);
        check(slots().containsAll(present.plus(wanted)), scheme + " has no slots " + present + " and " + wanted);
        check(
                present.size() >= scheme.dataShards(),
                scheme + " needs " + scheme.dataShards() + " cells, present are " + present);
        check(present.minus(wanted).equals(present), "wanted cells " + wanted + " are among the present " + present);
        if (wanted.isEmpty()) {
            return;
        }
        var chosen = present.lowest(scheme.dataShards());
        var inputs = cells(cells, chosen);
        var outputs = cells(cells, wanted);
        checkLengths(inputs, inputs[0].remaining());
        checkLengths(outputs, inputs[0].remaining());
        checkOutputs(inputs, outputs);
        if (scheme instanceof Scheme.Copies) {
            for (var output : outputs) {
                output.put(output.position(), inputs[0], inputs[0].position(), inputs[0].remaining());
            }
        } else {
            product(chosen, wanted).apply(inputs, outputs);
        }
    }

    /// Which parity cells are not what the data cells say; {@link Slots#NONE} when the stripe is whole.
    /// Reads every cell once and compares fingerprints ({@link Fingerprint}): bytes that differ pass
    /// with a probability of 2^-64 unless they were made to. Independent of how the parity was computed:
    /// other instructions, no tables, no decoding matrix. That a whole stripe can be decoded from any k
    /// cells then follows from the code's matrix.
    ///
    /// It sees parity that was miscomputed, went to the wrong place, or changed in memory between the
    /// encoding and this call, and data that changed since. It cannot see data that was wrong before it
    /// was encoded, which the end-to-end checksum does, nor what happens later, which the shards'
    /// checksums do: those must be taken before this call, or from these very buffers.
    public Slots disagreeing(ByteBuffer[] cells) {
        check(cells.length == scheme.shards(), scheme + " has " + scheme.shards() + " cells, not " + cells.length);
        checkLengths(cells, cells[0].remaining());
        var prints = new long[cells.length];
        for (int i = 0; i < cells.length; i++) {
            prints[i] = fingerprint.of(cells[i]);
        }
        var wrong = Slots.NONE;
        for (int i = scheme.dataShards(); i < cells.length; i++) {
            long expected = 0;
            for (int j = 0; j < scheme.dataShards(); j++) {
                expected ^= Fingerprint.multiply(generator.at(i, j), prints[j]);
            }
            if (prints[i] != expected) {
                wrong = wrong.with(i);
            }
        }
        return wrong;
    }

    /// The wanted cells are their rows of the generator times the data, and the data are the inverse of
    /// the chosen rows times the chosen cells.
    private Arithmetic.Product product(Slots chosen, Slots wanted) {
        long key = (long) chosen.bits() << 32 | Integer.toUnsignedLong(wanted.bits());
        var known = products.get(key);
        if (known != null) {
            return known;
        }
        var rows = generator.select(wanted.toArray());
        var made = engine.arithmetic()
                .by(rows.times(generator.select(chosen.toArray()).inverse()));
        // Forgetting all of them is rare and costs a few inversions: no order of use has to be kept.
        if (products.size() >= productsMax) {
            products.clear();
        }
        products.put(key, made);
        return made;
    }

    /// For tests: how many matrices are kept, and how many may be.
    int productsKept() {
        return products.size();
    }

    int productsMax() {
        return productsMax;
    }

    private static ByteBuffer[] cells(ByteBuffer[] cells, Slots slots) {
        var chosen = new ByteBuffer[slots.size()];
        int next = 0;
        for (int left = slots.bits(); left != 0; left &= left - 1) {
            chosen[next] = cells[Integer.numberOfTrailingZeros(left)];
            next++;
        }
        return chosen;
    }

    private static void checkLengths(ByteBuffer[] cells, int bytes) {
        if (bytes < 1 || bytes > CELL_BYTES_MAX) {
            throw new IllegalArgumentException("a cell has 1 to " + CELL_BYTES_MAX + " bytes, not " + bytes);
        }
        for (var cell : cells) {
            if (cell.remaining() != bytes) {
                throw new IllegalArgumentException(
                        "cells of one stripe have one length, not " + bytes + " and " + cell.remaining() + " bytes");
            }
        }
    }

    private static void checkOutputs(ByteBuffer[] inputs, ByteBuffer[] outputs) {
        for (int i = 0; i < outputs.length; i++) {
            check(!outputs[i].isReadOnly(), "a cell to be written is read-only");
            var output = MemorySegment.ofBuffer(outputs[i]);
            for (var input : inputs) {
                check(output.asOverlappingSlice(MemorySegment.ofBuffer(input)).isEmpty(), "cells overlap");
            }
            for (int other = 0; other < i; other++) {
                check(
                        output.asOverlappingSlice(MemorySegment.ofBuffer(outputs[other]))
                                .isEmpty(),
                        "cells overlap");
            }
        }
    }
}

package io.flywheel.erasure;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// What a computation needs besides the cells, kept for the next one: nothing is allocated per call.
final class Scratch {
    /// Of each cell on the heap, staged in native memory.
    static final int PIECE_BYTES = 4096;

    private static final AtomicReferenceArray<@Nullable Scratch> IDLE = new AtomicReferenceArray<>(32);

    /// Addresses of cells.
    final long[] inputs = new long[Matrix.ORDER_MAX];

    final long[] outputs = new long[Matrix.ORDER_MAX];

    /// The same for C.
    final MemorySegment inputPointers = Memory.allocate(Matrix.ORDER_MAX * JAVA_LONG.byteSize());

    final MemorySegment outputPointers = Memory.allocate(Matrix.ORDER_MAX * JAVA_LONG.byteSize());

    /// A piece of each input, then of each output.
    final MemorySegment staging = Memory.allocate(2L * Matrix.ORDER_MAX * PIECE_BYTES);

    /// A row of a {@link Fingerprint}.
    final long[] row = new long[Fingerprint.ROW_BYTES / Long.BYTES];

    private Scratch() {}

    /// One that nobody uses.
    static Scratch take() {
        for (int i = 0; i < IDLE.length(); i++) {
            Scratch idle = IDLE.getPlain(i) == null ? null : IDLE.getAndSet(i, null);
            if (idle != null) {
                return idle;
            }
        }
        return new Scratch();
    }

    /// Keeps it for the next one, as far as there is place.
    void giveBack() {
        for (int i = 0; i < IDLE.length(); i++) {
            if (IDLE.getPlain(i) == null && IDLE.compareAndSet(i, null, this)) {
                return;
            }
        }
    }
}

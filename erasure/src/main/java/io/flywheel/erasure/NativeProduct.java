package io.flywheel.erasure;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/// A product that is computed by addresses. Cells in direct buffers are used where they are; cells on
/// the heap, and cells too short for a kernel, pass through native memory a piece at a time, which stays
/// in the first-level cache.
abstract class NativeProduct implements Arithmetic.Product {
    private final int bytesMin;

    /// @param bytesMin the shortest cell that {@link #multiply} takes
    NativeProduct(int bytesMin) {
        this.bytesMin = bytesMin;
    }

    /// Multiplies the cells at {@link Scratch#inputs} into those at {@link Scratch#outputs}.
    ///
    /// @param bytes at least {@code bytesMin}, not rounded to anything
    abstract void multiply(Scratch scratch, int bytes);

    @Override
    public final void apply(ByteBuffer[] inputs, ByteBuffer[] outputs) {
        int bytes = inputs[0].remaining();
        var scratch = Scratch.take();
        try {
            if (bytes >= bytesMin && areDirect(inputs) && areDirect(outputs)) {
                addresses(inputs, scratch.inputs);
                addresses(outputs, scratch.outputs);
                multiply(scratch, bytes);
            } else {
                for (int from = 0; from < bytes; from += Scratch.PIECE_BYTES) {
                    applyStaged(inputs, outputs, from, Math.min(Scratch.PIECE_BYTES, bytes - from), scratch);
                }
            }
        } finally {
            scratch.giveBack();
            Reference.reachabilityFence(inputs);
            Reference.reachabilityFence(outputs);
        }
    }

    private void applyStaged(ByteBuffer[] inputs, ByteBuffer[] outputs, int from, int bytes, Scratch scratch) {
        MemorySegment staging = scratch.staging;
        for (int j = 0; j < inputs.length; j++) {
            long at = (long) j * Scratch.PIECE_BYTES;
            MemorySegment.copy(MemorySegment.ofBuffer(inputs[j]), from, staging, at, bytes);
            scratch.inputs[j] = staging.address() + at;
        }
        long outputsAt = (long) Matrix.ORDER_MAX * Scratch.PIECE_BYTES;
        for (int i = 0; i < outputs.length; i++) {
            scratch.outputs[i] = staging.address() + outputsAt + (long) i * Scratch.PIECE_BYTES;
        }
        multiply(scratch, Math.max(bytes, bytesMin));
        for (int i = 0; i < outputs.length; i++) {
            long at = outputsAt + (long) i * Scratch.PIECE_BYTES;
            MemorySegment.copy(staging, at, MemorySegment.ofBuffer(outputs[i]), from, bytes);
        }
    }

    private static boolean areDirect(ByteBuffer[] cells) {
        for (var cell : cells) {
            if (!cell.isDirect()) {
                return false;
            }
        }
        return true;
    }

    private static void addresses(ByteBuffer[] cells, long[] addresses) {
        for (int i = 0; i < cells.length; i++) {
            addresses[i] = Memory.address(cells[i]);
        }
    }
}

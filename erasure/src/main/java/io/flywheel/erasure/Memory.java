package io.flywheel.erasure;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Native memory by its addresses. The kernels read and write through {@link #ALL}, one constant segment
/// of the whole address space: a segment for each cell would be asked at every access for its bounds,
/// its owner and its kind. What is
/// given up is that the JVM checks: whoever makes an address has checked it, and keeps the memory
/// reachable meanwhile.
final class Memory {
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /// Addresses are below 2^60. An address that is combined with this is known to the compiler to be
    /// within {@link #ALL}, which removes the check of bounds from each access: worth a factor of 1.5 to
    /// 2.
    static final long ADDRESS_MASK = (1L << 60) - 1;

    private Memory() {}

    /// Zeros, freed when nobody can reach the segment any more; aligned to vectors, since a load across
    /// two cache lines costs two.
    static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate(bytes, 64);
    }

    /// The address of a direct buffer's position.
    static long address(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct).address();
    }
}

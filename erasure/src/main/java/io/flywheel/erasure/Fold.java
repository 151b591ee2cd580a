package io.flywheel.erasure;

/// The inner loop of a {@link Fingerprint}: each row of {@link Fingerprint#ROW_BYTES} bytes is added to
/// x times the state. Every form gives the same state.
interface Fold {
    /// @param address of the first row
    /// @param state a row, as longs in the machine's byte order
    void fold(long address, int rows, long[] state);

    /// Eight bytes times x at once, by shifts of the whole long.
    static long timesX(long bytes) {
        long carries = (bytes >>> 7) & 0x0101010101010101L;
        long twice = (bytes & 0x7F7F7F7F7F7F7F7FL) << 1;
        return twice ^ carries ^ carries << 2 ^ carries << 3 ^ carries << 4;
    }
}

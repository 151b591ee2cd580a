package io.flywheel.erasure;

import java.nio.ByteBuffer;

/// One way to multiply cells by a matrix over GF(2^8). Every way gives the same bytes. Thread-safe.
interface Arithmetic {
    String name();

    /// Makes what it takes to multiply by {@code matrix} again and again.
    Product by(Matrix matrix);

    /// A matrix ready to be multiplied with. Thread-safe, and needs no closing.
    interface Product {
        /// Output i becomes the sum over all j of the matrix's element (i, j) times input j, byte by
        /// byte. Cells reach from position to limit and keep both.
        ///
        /// @param inputs as many as the matrix has columns, at least one byte each and all of one length
        /// @param outputs as many as it has rows, of the same length; no output overlaps any other cell
        void apply(ByteBuffer[] inputs, ByteBuffer[] outputs);
    }
}

package io.flywheel.erasure;

import java.nio.ByteBuffer;

/// The specification: a byte at a time, each factor by its table of 256 products.
final class ScalarArithmetic implements Arithmetic {
    /// A piece of each cell at a time, so that inputs are still in the cache for the next output.
    private static final int PIECE_BYTES = 4096;

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public Product by(Matrix matrix) {
        var products = new byte[matrix.rows()][matrix.columns()][];
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.columns(); j++) {
                products[i][j] = Galois.products(matrix.at(i, j));
            }
        }
        return (inputs, outputs) -> multiply(products, inputs, outputs);
    }

    private static void multiply(byte[][][] products, ByteBuffer[] inputs, ByteBuffer[] outputs) {
        int bytes = inputs[0].remaining();
        var piece = new byte[Math.min(PIECE_BYTES, bytes)];
        var sum = new byte[piece.length];
        for (int from = 0; from < bytes; from += PIECE_BYTES) {
            int length = Math.min(PIECE_BYTES, bytes - from);
            for (int i = 0; i < outputs.length; i++) {
                for (int j = 0; j < inputs.length; j++) {
                    inputs[j].get(inputs[j].position() + from, piece, 0, length);
                    byte[] product = products[i][j];
                    for (int at = 0; at < length; at++) {
                        byte term = product[piece[at] & 0xFF];
                        sum[at] = j == 0 ? term : (byte) (sum[at] ^ term);
                    }
                }
                outputs[i].put(outputs[i].position() + from, sum, 0, length);
            }
        }
    }
}

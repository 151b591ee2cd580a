package io.flywheel.erasure;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.flywheel.erasure.machine.IsalLibrary;
import java.lang.foreign.MemorySegment;

/// By ISA-L: assembler for SSE, AVX2, AVX-512, GFNI and NEON, and nothing that has to warm up.
final class IsalArithmetic implements Arithmetic {
    private final IsalLibrary library = IsalLibrary.load();

    @Override
    public String name() {
        return "isal";
    }

    @Override
    public Product by(Matrix matrix) {
        int rows = matrix.rows();
        int columns = matrix.columns();
        MemorySegment elements = Memory.allocate((long) rows * columns);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                elements.set(JAVA_BYTE, (long) i * columns + j, (byte) matrix.at(i, j));
            }
        }
        MemorySegment tables = Memory.allocate(IsalLibrary.tableBytes(rows, columns));
        library.initTables(columns, rows, elements, tables);
        return new NativeProduct(1) {
            @Override
            void multiply(Scratch scratch, int bytes) {
                MemorySegment.copy(scratch.inputs, 0, scratch.inputPointers, JAVA_LONG, 0, columns);
                MemorySegment.copy(scratch.outputs, 0, scratch.outputPointers, JAVA_LONG, 0, rows);
                library.encodeData(bytes, columns, rows, tables, scratch.inputPointers, scratch.outputPointers);
            }
        };
    }
}

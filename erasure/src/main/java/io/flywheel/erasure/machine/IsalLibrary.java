package io.flywheel.erasure.machine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;

/// The functions of Intel ISA-L (`erasure_code.h`) that multiply by a matrix over GF(2^8), by the
/// widest instructions that the processor has.
public final class IsalLibrary {
    private static final List<String> NAMES = List.of("libisal.so.2", "libisal.2.dylib");

    private final MethodHandle initTables;
    private final MethodHandle encodeData;

    private IsalLibrary(SymbolLookup library) {
        initTables =
                function(library, "ec_init_tables", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
        encodeData = function(
                library,
                "ec_encode_data",
                FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS));
    }

    /// Loads the library that the system's loader finds.
    ///
    /// @throws UnsupportedOperationException that says why there is none to use
    public static IsalLibrary load() {
        String why = "";
        for (String name : NAMES) {
            try {
                return new IsalLibrary(SymbolLookup.libraryLookup(name, Arena.global()));
            } catch (IllegalArgumentException e) {
                why = why.isEmpty() ? String.valueOf(e.getMessage()) : why;
            } catch (IllegalCallerException e) {
                throw new UnsupportedOperationException("native access is off: run with --enable-native-access", e);
            }
        }
        throw new UnsupportedOperationException(why + " (Debian, Ubuntu: apt-get install libisal2)");
    }

    private static MethodHandle function(SymbolLookup library, String name, FunctionDescriptor descriptor) {
        MemorySegment symbol =
                library.find(name).orElseThrow(() -> new UnsupportedOperationException("the library lacks " + name));
        return Linker.nativeLinker().downcallHandle(symbol, descriptor);
    }

    /// Bytes of the tables for a matrix.
    public static int tableBytes(int rows, int columns) {
        return 32 * rows * columns;
    }

    /// Expands a matrix into {@code tables}; their form belongs to the library and differs between
    /// processors.
    ///
    /// @param matrix {@code rows} times {@code columns} bytes, row by row
    public void initTables(int columns, int rows, MemorySegment matrix, MemorySegment tables) {
        try {
            initTables.invokeExact(columns, rows, matrix, tables);
        } catch (Throwable e) {
            throw new IllegalStateException("ec_init_tables", e);
        }
    }

    /// Multiplies. Nothing is checked: wrong pointers end the process.
    ///
    /// @param bytes of each cell
    /// @param inputs pointers to {@code columns} cells
    /// @param outputs pointers to {@code rows} cells
    public void encodeData(
            int bytes, int columns, int rows, MemorySegment tables, MemorySegment inputs, MemorySegment outputs) {
        try {
            encodeData.invokeExact(bytes, columns, rows, tables, inputs, outputs);
        } catch (Throwable e) {
            throw new IllegalStateException("ec_encode_data", e);
        }
    }
}

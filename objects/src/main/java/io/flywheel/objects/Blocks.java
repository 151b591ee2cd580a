package io.flywheel.objects;

import io.flywheel.erasure.Scheme;
import java.nio.ByteBuffer;

/// Cuts a stream into blocks. For one task at a time.
sealed interface Blocks extends AutoCloseable permits CopiedBlocks, CodedBlocks {
    /// @param lengthBytes how much will come, as far as that is known: blocks go where there is room for it
    static Blocks of(DataPath path, BlockList list, Scheme scheme, long lengthBytes) {
        return switch (scheme) {
            case Scheme.Copies _ -> new CopiedBlocks(list, scheme, lengthBytes);
            case Scheme.Rs _ -> new CodedBlocks(path, list, scheme, lengthBytes);
        };
    }

    /// Takes the bytes (the buffer may be reused on return). False when the write was refused, which the list
    /// knows.
    boolean append(ByteBuffer bytes);

    /// Ends the last block.
    void end();

    /// Gives up memory.
    @Override
    void close();
}

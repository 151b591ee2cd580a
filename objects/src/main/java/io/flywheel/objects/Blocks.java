package io.flywheel.objects;

import io.flywheel.erasure.Scheme;
import java.nio.ByteBuffer;

/// Cuts a stream into blocks. For one task at a time.
sealed interface Blocks extends AutoCloseable permits CopiedBlocks, CodedBlocks {
    /// @param small the scheme of what ends before it is worth cutting
    static Blocks of(DataPath path, BlockList list, Scheme scheme, Scheme small) {
        return switch (scheme) {
            case Scheme.Copies _ -> new CopiedBlocks(list, scheme);
            case Scheme.Rs _ -> new CodedBlocks(path, list, scheme, small);
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

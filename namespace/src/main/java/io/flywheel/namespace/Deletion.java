package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import java.util.List;

/// Something whose bytes nothing references any more.
public sealed interface Deletion {
    /// The position of the command that made it so; together with {@code ordinal} it names the entry.
    long position();

    int ordinal();

    record OfBlocks(long position, int ordinal, List<BlockId> blocks) implements Deletion {
        public OfBlocks {
            blocks = List.copyOf(blocks);
        }
    }

    /// An upload that was aborted, or whose version is gone: its parts are to be walked ({@link Namespace#parts}),
    /// deleted, and acknowledged by {@link Command.ForgetParts}; then the entry by {@link Command.Reclaimed}.
    record OfUpload(long position, int ordinal, UploadId upload) implements Deletion {}
}

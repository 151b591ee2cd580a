package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import java.util.List;

/// Where an object's bytes are.
public sealed interface Content {
    /// They travel inside the namespace.
    record Inline(Bytes bytes) implements Content {}

    /// In blocks, in order.
    record Blocks(List<BlockRef> blocks) implements Content {
        public Blocks {
            blocks = List.copyOf(blocks);
        }
    }

    /// In the parts of a completed upload; see {@link Namespace#layout} and {@link Namespace#part}.
    record Parts(UploadId upload) implements Content {}

    Content EMPTY = new Inline(Bytes.EMPTY);
}

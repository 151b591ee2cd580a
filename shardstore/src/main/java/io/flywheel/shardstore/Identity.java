package io.flywheel.shardstore;

import java.util.UUID;

/// Who a disk says it is, before it is opened.
public sealed interface Identity {
    record Known(UUID disk) implements Identity {}

    /// It holds nothing: a new disk, or one that lost everything.
    record Blank() implements Identity {}

    record Unusable(String message) implements Identity {}
}

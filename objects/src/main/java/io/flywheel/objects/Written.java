package io.flywheel.objects;

import io.flywheel.namespace.Content;

/// What writing an object's bytes came to.
public sealed interface Written {
    /// They are persistent. The caller owns them now: commits them to the namespace, or gives them to
    /// {@link ObjectData#discard}.
    record Stored(Content content, long sizeBytes) implements Written {}

    /// The disk is full; nothing is left of what was written.
    record Full() implements Written {}

    /// The disk takes no writes; nothing is left of what was written that could be removed.
    record Failed(String reason) implements Written {}
}

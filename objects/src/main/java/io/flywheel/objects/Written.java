package io.flywheel.objects;

import io.flywheel.namespace.Content;

/// What writing an object's bytes came to.
public sealed interface Written {
    /// They are persistent. The caller owns them now: commits them to the namespace, or gives them to
    /// {@link ObjectData#discard}.
    record Stored(Content content, long sizeBytes) implements Written {}

    /// Others hold all memory for writing: ask the client to come again; nothing is left of what was written.
    record NoMemory() implements Written {}

    /// The disks are full; nothing is left of what was written.
    record Full() implements Written {}

    /// Too few disks take writes; nothing is left of what was written that could be removed.
    record Failed(String reason) implements Written {}
}

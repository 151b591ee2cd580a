package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import java.util.List;
import java.util.Optional;

/// @param next the key and version (none after a common prefix) that the next page comes after, when there is more
public record VersionPage(List<Entry> entries, Optional<Marker> next) {
    /// What a listing of versions shows.
    public sealed interface Entry {
        /// A version of {@code key}; an object's content may be left out ({@link Content#EMPTY}).
        record Of(Bytes key, Version version, boolean isLatest) implements Entry {}

        /// All keys that begin with it.
        record CommonPrefix(Bytes name) implements Entry {}
    }

    /// Where a page ended.
    public record Marker(Bytes key, Optional<Version> version) {}

    public VersionPage {
        entries = List.copyOf(entries);
    }
}

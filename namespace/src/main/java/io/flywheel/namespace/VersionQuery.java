package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import java.util.Optional;

/// One page of versions, by key, newest first.
///
/// @param keyMarker begins after this key (or common prefix); with {@code versionMarker} after that version of it
/// @param versionMarker which version of {@code keyMarker} was last shown
public record VersionQuery(
        Bytes prefix, Bytes delimiter, Bytes keyMarker, Optional<VersionSelector> versionMarker, int limit) {}

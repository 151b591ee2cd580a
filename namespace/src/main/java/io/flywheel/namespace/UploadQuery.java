package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import java.util.Optional;

/// One page of uploads in progress, by key, then by when they began, then by id.
///
/// @param uploadMarker with {@code keyMarker}: begins after this upload of that key
public record UploadQuery(Bytes prefix, Bytes delimiter, Bytes keyMarker, Optional<UploadId> uploadMarker, int limit) {}

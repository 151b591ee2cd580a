package io.flywheel.server.admin;

import io.flywheel.base.DiskId;

/// A disk that holds the namespace's log.
///
/// @param inSync whether it has everything that was acknowledged
public record LogCopy(DiskId disk, boolean inSync) {}

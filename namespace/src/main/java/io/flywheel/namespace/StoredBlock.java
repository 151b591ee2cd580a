package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import java.util.Optional;

/// A block that the namespace has not forgotten.
///
/// @param ref what it takes to read the block; empty once nothing references it any more and its deletion is queued
public record StoredBlock(BlockId id, Optional<BlockRef> ref) {}

package io.flywheel.objects;

import io.flywheel.base.BufferPool;
import io.flywheel.base.Clock;
import io.flywheel.base.Tasks;

/// What every read and write of objects stands on.
///
/// @param reading buffers for reads, a piece each
/// @param writing buffers for writes, a cell each; apart, so that neither waits for the other
public record DataPath(
        Fleet fleet, Tasks tasks, Clock clock, BufferPool reading, BufferPool writing, Codes codes, Hedging hedging) {}

package io.flywheel.shardstore.checks;

import io.flywheel.base.simulated.Schedule;

/// Where a history runs.
///
/// @param seed of the schedule
record Config(Shape shape, Schedule schedule, long seed) {}

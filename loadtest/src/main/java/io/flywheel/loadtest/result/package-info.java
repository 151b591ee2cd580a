/// What a run came to. A {@link io.flywheel.loadtest.result.Recorder} counts in the process that sends; each interval
/// it gives a {@link io.flywheel.loadtest.result.Delta}, named by (agent, sequence), which an {@link
/// io.flywheel.loadtest.result.Aggregate} adds up without loss: the sum is bucket for bucket what one recorder would
/// have. From that {@link io.flywheel.loadtest.result.Threshold}s and {@link
/// io.flywheel.loadtest.result.GeneratorLimits} make the {@link io.flywheel.loadtest.result.Verdict}.
@NullMarked
package io.flywheel.loadtest.result;

import org.jspecify.annotations.NullMarked;

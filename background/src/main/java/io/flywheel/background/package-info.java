/// The data services. Each is a {@link io.flywheel.background.Worker} that does one bounded step at a time; one
/// {@link io.flywheel.background.WorkerDriver} runs them all within one budget.
@NullMarked
package io.flywheel.background;

import org.jspecify.annotations.NullMarked;

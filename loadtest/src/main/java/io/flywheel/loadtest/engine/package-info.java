/// Starts executions when they are due and counts how they end. {@link io.flywheel.loadtest.engine.OpenLane} and
/// {@link io.flywheel.loadtest.engine.ClosedLane} decide what is started, given the time; they and all below them
/// run as well on a simulated clock. {@link io.flywheel.loadtest.engine.LoadRun} drives them with threads. What an
/// execution does is behind {@link io.flywheel.loadtest.engine.Body}: an annotated method, or a pack's own client.
@NullMarked
package io.flywheel.loadtest.engine;

import org.jspecify.annotations.NullMarked;

/// A run's figures for others while it runs: {@link io.flywheel.loadtest.export.PrometheusPage} waits to be asked,
/// {@link
/// io.flywheel.loadtest.export.OtlpPush} sends. Both have what {@link io.flywheel.loadtest.export.Figures} took at the
/// last interval; neither can hold up the run.
@NullMarked
package io.flywheel.loadtest.export;

import org.jspecify.annotations.NullMarked;

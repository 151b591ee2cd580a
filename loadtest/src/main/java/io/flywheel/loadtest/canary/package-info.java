/// A definition run for ever at a low rate: who watches a service, alarms when it fails and when it recovers.
///
/// {@link io.flywheel.loadtest.canary.Canary} runs the transactions, {@link io.flywheel.loadtest.canary.Watch} is told
/// of each execution, {@link io.flywheel.loadtest.canary.Alarm} decides. What is seen of it is
/// {@link io.flywheel.loadtest.canary.Figures} over HTTP, {@link io.flywheel.loadtest.canary.Webhook} and
/// {@link io.flywheel.loadtest.canary.IncidentReport}.
@NullMarked
package io.flywheel.loadtest.canary;

import org.jspecify.annotations.NullMarked;

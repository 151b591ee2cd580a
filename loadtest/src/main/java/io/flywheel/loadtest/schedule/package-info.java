/// When what is started: pure arithmetic, no clock. A {@link io.flywheel.loadtest.schedule.RateProfile} says the rate
/// over time, {@link io.flywheel.loadtest.schedule.Arrivals} draws intended starts from it for one {@link
/// io.flywheel.loadtest.schedule.Share} of it, a {@link io.flywheel.loadtest.schedule.Blend} says of which transaction
/// each is. All of it follows from the run file and the seed, so that agents that know both need not talk about single
/// arrivals.
@NullMarked
package io.flywheel.loadtest.schedule;

import org.jspecify.annotations.NullMarked;

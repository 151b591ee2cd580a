/// One run on many agents. Two state machines, both without threads and with the time as a parameter:
/// {@link Coordination} gives every agent a share of the rate and adds up what they count, {@link Participation} is an
/// agent's side.
///
/// What is exact, and why:
/// - *Every arrival is started once or not at all.* An agent starts the arrivals of its share only while it has a
/// lease,
///   which it gets with each beat that the controller hears. When an agent is lost, its share is divided among the
///   others from a moment on before which all leases end that were given for the old shares: no clock is compared with
///   another one. An agent that does not hear of the division in time pauses, and what comes meanwhile is missing.
/// - *Every delta counts once.* Agents send them in order and keep them until the controller has written them down; the
///   controller takes the next one only.
/// - *The result says what is missing.* With each delta an agent says which spans of its share it has kept to. What no
///   span covers is missing; what was started and is in no delta is unaccounted.
@NullMarked
package io.flywheel.loadtest.fleet;

import org.jspecify.annotations.NullMarked;

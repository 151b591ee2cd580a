package io.flywheel.loadtest.fleet;

import java.util.List;

/// What a controller writes down before it acts on it: one that was restarted reads its state from these.
sealed interface Event {
    /// A controller began to work.
    record Took(long term) implements Event {}

    /// An agent does what is done once in a run.
    record First(String agent) implements Event {}

    /// All are told to start, each with an equal share.
    ///
    /// @param originNanos by the controller's clock
    record Begun(long originNanos, List<String> agents) implements Event {
        public Begun {
            agents = List.copyOf(agents);
        }
    }

    /// From a moment on each of these has an equal share.
    record Divided(long fromNanos, List<String> agents) implements Event {
        public Divided {
            agents = List.copyOf(agents);
        }
    }

    /// An agent was not heard, or said that it cannot go on.
    record Lost(String agent, long runNanos, String why) implements Event {}

    record Accepted(FromAgent.Report report) implements Event {}

    /// The run was stopped before its end.
    record Stopped(long runNanos) implements Event {}
}

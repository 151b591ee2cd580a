package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.schedule.Span;
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

    /// Agents are told to start what is due until that moment of the run, and not later.
    record Leased(long untilNanos) implements Event {}

    /// An agent is through.
    ///
    /// @param problem what teardowns threw, or why it could not go on; else empty
    /// @param left it went before the others, with what is set up once in a run not torn down
    /// @param failed it could not go on
    record Finished(String agent, String problem, Workload.Cleaned cleaned, boolean left, boolean failed)
            implements Event {}

    /// An agent was not heard, or said that it cannot go on.
    ///
    /// @param failed it said so, or was not understood
    record Lost(String agent, long runNanos, String why, boolean failed) implements Event {}

    record Accepted(FromAgent.Report report) implements Event {}

    /// What all reports until now come to, instead of them.
    ///
    /// @param aggregate as {@link io.flywheel.loadtest.result.Snapshot} has it
    record Counted(byte[] aggregate, List<Standing> agents) implements Event {
        public Counted {
            agents = List.copyOf(agents);
        }
    }

    /// Up to where an agent was heard.
    ///
    /// @param received reports
    /// @param endedByItself the last report came before the run was stopped
    record Standing(String agent, long received, List<Span> spans, long inFlight, boolean last, boolean endedByItself) {
        public Standing {
            spans = List.copyOf(spans);
        }
    }

    /// The run was stopped before its end.
    record Stopped(long runNanos) implements Event {}
}

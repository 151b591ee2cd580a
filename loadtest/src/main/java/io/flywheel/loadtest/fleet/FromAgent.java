package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.DeltaCodec;
import io.flywheel.loadtest.schedule.Span;
import java.io.IOException;
import java.util.List;

/// What an agent tells the controller.
sealed interface FromAgent {
    String agent();

    /// How far an agent is.
    enum Stage {
        JOINED,
        /// Its transactions can begin, and it knows the controller's clock.
        PREPARED,
        RUNNING,
        /// It starts nothing more, and the controller has its last report.
        RAN,
        /// It has cleaned up.
        FINISHED,
        /// It cannot go on.
        FAILED
    }

    /// It lives.
    ///
    /// @param sentNanos by its own clock; comes back with the order
    /// @param problem why it failed, or what teardowns threw; else empty
    /// @param runNanos since the start of the run, as it sees it; 0 before
    /// @param leaseNanos until when it has a lease; 0 when it has none
    /// @param leaving it was told to go: others are to have its share
    /// @param process the number it was given; below 0 when it was given none
    /// @param cleaned what it has given back, once it has finished
    record Beat(
            String agent,
            long sentNanos,
            Stage stage,
            String problem,
            long runNanos,
            long leaseNanos,
            boolean leaving,
            int process,
            Workload.Cleaned cleaned)
            implements FromAgent {}

    /// What it counted in an interval. Whole histograms take much memory: an agent may have to keep reports for a
    /// while,
    /// and the controller writes them down as they came.
    ///
    /// @param sequence the delta's
    /// @param delta as {@link DeltaCodec} writes it
    /// @param spans what it has kept to since the start; with a concurrency the time it ran
    /// @param inFlight what it started since the start of the run that no delta until this one has
    /// @param last nothing comes after it
    record Report(String agent, long sequence, byte[] delta, List<Span> spans, long inFlight, boolean last)
            implements FromAgent {
        public Report {
            spans = List.copyOf(spans);
        }

        static Report of(Delta delta, List<Span> spans, long inFlight, boolean last) {
            return new Report(delta.agent(), delta.sequence(), DeltaCodec.encode(delta), spans, inFlight, last);
        }

        /// @throws IOException when it is no delta, or not the one that the report says
        Delta decoded() throws IOException {
            var decoded = DeltaCodec.decode(delta);
            if (!decoded.agent().equals(agent) || decoded.sequence() != sequence) {
                throw new IOException("a delta of " + decoded.agent() + ", " + decoded.sequence());
            }
            return decoded;
        }
    }
}

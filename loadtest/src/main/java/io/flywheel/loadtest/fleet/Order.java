package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.schedule.Share;
import java.util.List;

/// What the controller tells an agent: always all of it, so that an order may be lost, doubled or late.
///
/// @param term counts the controller's lives
/// @param number grows within a term: of two orders the later one counts
/// @param echoNanos when the agent sent the beat that this answers; 0 when it answers none
/// @param nowNanos the controller's clock
/// @param first the agent is the one that does what is done once in a run
/// @param process the agent's number in the run
/// @param originNanos the start of the run by the controller's clock
/// @param shares the share that the agent has, and those that it will have, by their moments
/// @param leaseNanos until that moment of the run it starts what is due
/// @param received the controller has written down all reports with smaller sequence numbers
/// @param stop it is to start nothing more
record Order(
        long term,
        long number,
        long echoNanos,
        long nowNanos,
        Task task,
        boolean first,
        int process,
        long originNanos,
        List<Share> shares,
        long leaseNanos,
        long received,
        boolean stop) {
    /// What the agent is to do.
    enum Task {
        WAIT,
        PREPARE,
        RUN,
        /// Clean up and tear down.
        FINISH,
        /// The run is over for it.
        LEAVE
    }

    Order {
        shares = List.copyOf(shares);
    }

    boolean isAfter(long otherTerm, long otherNumber) {
        return term > otherTerm || (term == otherTerm && number > otherNumber);
    }
}

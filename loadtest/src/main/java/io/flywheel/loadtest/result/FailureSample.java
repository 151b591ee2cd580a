package io.flywheel.loadtest.result;

import java.io.Serializable;
import java.util.List;

/// One failed execution, kept as an example of its kind.
///
/// @param number the execution's number in the run
/// @param unixMillis when it ended, by the agent's clock
public record FailureSample(long number, long unixMillis, String kind, String message, List<String> requestIds)
        implements Serializable {
    private static final int MESSAGE_CHARACTERS_MAX = 500;
    private static final int REQUEST_IDS_MAX = 5;

    /// An answer can be as long as it likes; of each part as much is kept as reports and deltas have room for.
    public FailureSample {
        kind = Bounded.cut(kind);
        message = message.length() <= MESSAGE_CHARACTERS_MAX
                ? message
                : Bounded.cut(message, MESSAGE_CHARACTERS_MAX) + "...";
        requestIds =
                requestIds.stream().limit(REQUEST_IDS_MAX).map(Bounded::cut).toList();
    }
}

package io.flywheel.loadtest.result;

import java.util.List;

/// One failed execution, kept as an example of its kind.
///
/// @param number the execution's number in the run
/// @param unixMillis when it ended, by the agent's clock
public record FailureSample(long number, long unixMillis, String kind, String message, List<String> requestIds) {
    private static final int MESSAGE_CHARACTERS_MAX = 500;

    public FailureSample {
        message = message.length() <= MESSAGE_CHARACTERS_MAX
                ? message
                : message.substring(0, MESSAGE_CHARACTERS_MAX) + "...";
        requestIds = List.copyOf(requestIds);
    }
}

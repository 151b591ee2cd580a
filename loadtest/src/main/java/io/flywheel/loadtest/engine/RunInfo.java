package io.flywheel.loadtest.engine;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.Settings;
import java.util.function.Consumer;

/// A run as its transactions see it.
///
/// @param sink gets the lines of its log
public record RunInfo(
        Run.Mode mode, String target, long seed, String id, int process, Settings settings, Consumer<String> sink)
        implements Run {
    public RunInfo {
        target = target.endsWith("/") ? target.substring(0, target.length() - 1) : target;
    }

    @Override
    public void log(String line) {
        sink.accept(line);
    }
}

package io.flywheel.loadtest.engine;

import io.flywheel.loadtest.result.Latencies;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/// By how much starts were later than intended. Any thread records; one takes.
final class LagRecorder {
    private final Recorder recorder = new Recorder(1_000, Latencies.NANOS_MAX, 3);
    private Histogram recycled = recorder.getIntervalHistogram();

    void record(long nanos) {
        recorder.recordValue(Math.clamp(nanos, 0, Latencies.NANOS_MAX));
    }

    synchronized Histogram take() {
        recycled = recorder.getIntervalHistogram(recycled);
        var copy = Latencies.empty();
        copy.add(recycled);
        return copy;
    }
}

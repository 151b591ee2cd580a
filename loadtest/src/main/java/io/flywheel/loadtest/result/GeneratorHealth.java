package io.flywheel.loadtest.result;

import java.io.Serializable;
import org.HdrHistogram.Histogram;

/// What the generator saw of itself in some time: whether the numbers beside it are the service's or its own.
///
/// @param lag by how much starts were later than intended
/// @param wallNanos the time it was watched, times its processors: what it could have computed
/// @param cpuNanos what it did compute
/// @param busyNanos how long its busiest event loop was busy with what came from sockets
/// @param machineBusy the highest share of the machine's processors in use by anybody, 0 to 1
/// @param pauseNanos how long garbage collection stopped it
/// @param pauseNanosMax the longest of these stops
/// @param inFlightMax the most executions at once
/// @param files the most files and sockets open
/// @param filesLimit how many may be
/// @param refusals connections that its own system refused: no port, no file handle, no memory
public record GeneratorHealth(
        Histogram lag,
        long wallNanos,
        long cpuNanos,
        long busyNanos,
        double machineBusy,
        long pauseNanos,
        long pauseNanosMax,
        long inFlightMax,
        long files,
        long filesLimit,
        long refusals)
        implements Serializable {

    public static GeneratorHealth nothing() {
        return new GeneratorHealth(Latencies.empty(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /// What it saw when nothing more was to start: what it used then would make its share of the schedule smaller.
    GeneratorHealth withoutShares() {
        return new GeneratorHealth(
                lag, 0, 0, 0, machineBusy, 0, pauseNanosMax, inFlightMax, files, filesLimit, refusals);
    }

    /// The share of its processors that it used, 0 to 1.
    public double cpuShare() {
        return wallNanos == 0 ? 0 : (double) cpuNanos / wallNanos;
    }

    /// Sums of what adds up, the worst of what does not. In flight and files add up over agents only roughly: it is
    /// the most that one had.
    public GeneratorHealth plus(GeneratorHealth other) {
        var lagSum = lag.copy();
        lagSum.add(other.lag);
        return withCountsOf(other, lagSum);
    }

    /// The sum, into this one's histogram: for a total that nobody else holds.
    GeneratorHealth absorb(GeneratorHealth other) {
        lag.add(other.lag);
        return withCountsOf(other, lag);
    }

    private GeneratorHealth withCountsOf(GeneratorHealth other, Histogram lagSum) {
        boolean fuller =
                (double) files * Math.max(1, other.filesLimit) >= (double) other.files * Math.max(1, filesLimit);
        return new GeneratorHealth(
                lagSum,
                wallNanos + other.wallNanos,
                cpuNanos + other.cpuNanos,
                busyNanos + other.busyNanos,
                Math.max(machineBusy, other.machineBusy),
                pauseNanos + other.pauseNanos,
                Math.max(pauseNanosMax, other.pauseNanosMax),
                Math.max(inFlightMax, other.inFlightMax),
                fuller ? files : other.files,
                fuller ? filesLimit : other.filesLimit,
                refusals + other.refusals);
    }
}

package io.flywheel.loadtest.capacity;

import java.util.List;
import java.util.Optional;

/// What a search came to. The capacity is the rate of which half of the probes hold.
public sealed interface Capacity {
    /// Every probe, in the order in which they were made.
    List<Probe> probes();

    /// @param lowPerSecond where the interval begins
    /// @param perSecond the capacity is as likely above as below it
    /// @param highPerSecond where the interval ends
    /// @param confidence that the capacity is in the interval, 0 to 1
    /// @param gaveWay what was breached first above it
    /// @param knee beyond which latency costs more than the rate gains
    /// @param ended why the interval is wider than wanted, where it is
    record Found(
            double lowPerSecond,
            double perSecond,
            double highPerSecond,
            double confidence,
            String gaveWay,
            Optional<Knee> knee,
            Optional<Ending> ended,
            List<Probe> probes)
            implements Capacity {}

    /// It is more than was asked for, or than the generator can make.
    ///
    /// @param lowPerSecond the highest rate that held; 0 where none did
    /// @param why no more was asked for
    record AtLeast(double lowPerSecond, Ending why, List<Probe> probes) implements Capacity {}

    /// Not even the lowest rate that was tried holds.
    ///
    /// @param highPerSecond the lowest rate that was tried
    record Below(double highPerSecond, String gaveWay, List<Probe> probes) implements Capacity {}
}

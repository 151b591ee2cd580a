package io.flywheel.storage;

/// The load on a disk: what placement and steering go by. A snapshot.
///
/// @param inFlight requests that were received and not answered
public record DiskHeat(int inFlight, Load reads, Load writes) {
    public static final DiskHeat NONE = new DiskHeat(0, Load.NONE, Load.NONE);

    /// Requests of one kind. Rate and latency are averages whose weights fall by e in {@link HeatMeter#WINDOW}.
    ///
    /// @param perSecond how many are answered
    /// @param latencyNanos from the receipt to the answer, the wait for the disk's turn included; 0 where there
    /// was none
    /// @param requests how many were answered since the disk was added
    /// @param bytes how many bytes they moved
    public record Load(double perSecond, double latencyNanos, long requests, long bytes) {
        public static final Load NONE = new Load(0, 0, 0, 0);
    }
}

package io.flywheel.loadtest.capacity;

import static io.flywheel.base.Check.check;

/// How many hosts a peak needs.
///
/// @param needed hosts, spares included
/// @param released of those that there are: how many are not needed; negative: how many are missing; 0 where it is not
///     known how many there are
/// @param cost of the needed, in the price's unit; NaN where no price was given
/// @param saved by releasing, negative when more have to be paid for; NaN where one of the two is not known
public record HostPlan(long needed, long released, double cost, double saved) {
    /// @param perHostPerSecond what one host takes: the lower end of the capacity's interval
    /// @param peakPerSecond what has to be taken
    /// @param headroom what is kept free of each host at the peak, 0 to below 1
    /// @param spares hosts that may fail at the peak
    /// @param hosts there are; 0 where it is not known
    /// @param pricePerHost NaN where it is unknown
    public static HostPlan of(
            double perHostPerSecond,
            double peakPerSecond,
            double headroom,
            int spares,
            long hosts,
            double pricePerHost) {
        check(perHostPerSecond > 0 && peakPerSecond >= 0, "rates are positive");
        check(headroom >= 0 && headroom < 1, "headroom is at least 0 and below 1");
        check(spares >= 0 && hosts >= 0, "hosts are counted");
        long needed = (long) Math.ceil(peakPerSecond / (perHostPerSecond * (1 - headroom))) + spares;
        boolean isKnown = hosts > 0;
        long released = isKnown ? hosts - needed : 0;
        return new HostPlan(needed, released, needed * pricePerHost, isKnown ? released * pricePerHost : Double.NaN);
    }
}

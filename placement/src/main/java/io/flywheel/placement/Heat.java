package io.flywheel.placement;

import static io.flywheel.base.Check.check;

/// The load of one disk as it was seen a moment ago.
///
/// @param inFlight requests that it has not answered yet
/// @param perSecond requests, a recent mean
/// @param latencyMillis until a request is answered, a recent mean; 0 where nothing is known
public record Heat(int inFlight, double perSecond, double latencyMillis) {
    public static final Heat NONE = new Heat(0, 0, 0);

    public Heat {
        check(inFlight >= 0, "inFlight");
        check(perSecond >= 0 && Double.isFinite(perSecond), "perSecond");
        check(latencyMillis >= 0 && Double.isFinite(latencyMillis), "latencyMillis");
    }
}

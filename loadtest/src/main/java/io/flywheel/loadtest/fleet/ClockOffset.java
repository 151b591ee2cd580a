package io.flywheel.loadtest.fleet;

/// How far the controller's clock is ahead of this process's, from round trips: the truth lies within half of the
/// shortest one (Cristian 1989).
final class ClockOffset {
    static final int SAMPLES_WANTED = 8;

    private int samples;
    private long shortestNanos = Long.MAX_VALUE;
    private long offsetNanos;

    /// @param sentNanos by this clock
    /// @param answeredNanos by the controller's
    /// @param receivedNanos by this one
    void sample(long sentNanos, long answeredNanos, long receivedNanos) {
        long roundTrip = receivedNanos - sentNanos;
        if (roundTrip < 0) {
            return;
        }
        samples++;
        if (roundTrip < shortestNanos) {
            shortestNanos = roundTrip;
            offsetNanos = answeredNanos - (sentNanos + roundTrip / 2);
        }
    }

    boolean isKnown() {
        return samples >= SAMPLES_WANTED;
    }

    long offsetNanos() {
        return offsetNanos;
    }

    /// The offset is wrong by at most this.
    long errorNanosMax() {
        return shortestNanos / 2 + 1;
    }
}

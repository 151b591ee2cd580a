package io.flywheel.loadtest.capacity;

import java.util.Arrays;

/// Whether executions pile up: more arrive than are served, so that waiting longer only makes it worse. A backlog
/// grows when, over a probe cut into {@link #PARTS}, what is in flight rises from part to part nearly every time and
/// ends as more than {@link #RISE} times what it began with, by more than what arrives in {@link #LEAST_SECONDS} and
/// {@link #LEAST}. Not for several threads.
public final class Backlog {
    private static final int PARTS = 6;
    private static final double RISE = 2;

    /// In flight; fewer are noise.
    private static final int LEAST = 16;

    /// A hiccup of a machine leaves so much in flight at any rate. Of a rate that is 1 % too much, that is piled up in
    /// a
    /// second.
    private static final double LEAST_SECONDS = 0.01;

    private final double least;
    private long[] inFlight = new long[64];
    private int count;

    /// @param perSecond so many arrive
    public Backlog(double perSecond) {
        this.least = Math.max(LEAST, perSecond * LEAST_SECONDS);
    }

    /// @param executions in flight now, at moments equally far apart
    public void sample(long executions) {
        if (count == inFlight.length) {
            inFlight = Arrays.copyOf(inFlight, 2 * count);
        }
        inFlight[count++] = executions;
    }

    public boolean grows() {
        if (count < 2 * PARTS) {
            return false;
        }
        var means = new double[PARTS];
        for (int part = 0; part < PARTS; part++) {
            int from = (int) ((long) count * part / PARTS);
            int to = (int) ((long) count * (part + 1) / PARTS);
            means[part] = Arrays.stream(inFlight, from, to).average().orElse(0);
        }
        int rises = 0;
        for (int part = 1; part < PARTS; part++) {
            rises += means[part] > means[part - 1] ? 1 : 0;
        }
        double first = means[0];
        double last = means[PARTS - 1];
        return rises >= PARTS - 2 && last > RISE * first && last - first > least;
    }
}

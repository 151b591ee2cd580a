package io.flywheel.loadtest.capacity;

import java.util.Arrays;

/// What probes say about the capacity: how likely each rate is to be it, given that probes hold the more often the
/// further below it they are, by a logistic curve whose steepness is unknown as well, and that a few come out wrong
/// wherever they are. All rates (by their logarithm) and steepnesses are equally likely before (after the method QUEST,
/// Watson and Pelli, Perception & Psychophysics 33, 1983).
final class Belief {
    /// How much the logarithm of the rate has to change for a probe that holds once in two to hold three times in four.
    private static final double[] WIDTHS = {0.0015, 0.003, 0.006, 0.012, 0.025, 0.05, 0.1};

    /// The share of probes that come out either way for another reason.
    private static final double LAPSES = 0.05;

    private final double from;
    private final double step;
    private final double[][] likelihood;
    private double[] rates = new double[0];

    /// @param lowPerSecond the capacity is certainly above it
    /// @param highPerSecond and below this
    /// @param resolution of the capacity, 0.01 for 1 %
    Belief(double lowPerSecond, double highPerSecond, double resolution) {
        from = Math.log(lowPerSecond);
        int cells = (int) Math.ceil((Math.log(highPerSecond) - from) / Math.log1p(resolution)) + 1;
        step = (Math.log(highPerSecond) - from) / cells;
        likelihood = new double[WIDTHS.length][cells];
        for (double[] ofWidth : likelihood) {
            Arrays.fill(ofWidth, 1.0 / cells / WIDTHS.length);
        }
        sum();
    }

    void add(double perSecond, boolean held) {
        double rate = Math.log(perSecond);
        double total = 0;
        for (int width = 0; width < WIDTHS.length; width++) {
            double[] ofWidth = likelihood[width];
            for (int cell = 0; cell < ofWidth.length; cell++) {
                double above = (rate - (from + (cell + 0.5) * step)) / WIDTHS[width] * Math.log(3);
                double holds = LAPSES / 2 + (1 - LAPSES) / (1 + Math.exp(above));
                ofWidth[cell] *= held ? holds : 1 - holds;
                total += ofWidth[cell];
            }
        }
        for (double[] ofWidth : likelihood) {
            for (int cell = 0; cell < ofWidth.length; cell++) {
                ofWidth[cell] /= total;
            }
        }
        sum();
    }

    private void sum() {
        rates = new double[likelihood[0].length];
        for (double[] ofWidth : likelihood) {
            for (int cell = 0; cell < rates.length; cell++) {
                rates[cell] += ofWidth[cell];
            }
        }
    }

    /// The rate below which the capacity is with this probability.
    double quantile(double probability) {
        double below = 0;
        for (int cell = 0; cell < rates.length; cell++) {
            if (below + rates[cell] >= probability) {
                return Math.exp(from + (cell + (probability - below) / rates[cell]) * step);
            }
            below += rates[cell];
        }
        return Math.exp(from + rates.length * step);
    }
}

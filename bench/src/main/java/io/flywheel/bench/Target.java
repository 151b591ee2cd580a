package io.flywheel.bench;

import java.util.Locale;

/// A bound that a value is held to.
record Target(String what, double value, String relation, double bound, boolean met) {
    static Target atLeast(String what, double value, double bound) {
        return new Target(what, value, "at least", bound, value >= bound);
    }

    static Target atMost(String what, double value, double bound) {
        return new Target(what, value, "at most", bound, value <= bound);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%s: %.3g (target %s %.3g: %s)", what, value, relation, bound, met ? "met" : "MISSED");
    }
}

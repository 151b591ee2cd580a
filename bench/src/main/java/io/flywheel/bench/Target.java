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

    /// @param bound and the tolerance are in the value's own unit
    static Target near(String what, double value, double bound, double tolerance) {
        String relation = tolerance == 0 ? "exactly" : String.format(Locale.ROOT, "within %.3g of", tolerance);
        return new Target(what, value, relation, bound, Math.abs(value - bound) <= tolerance);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%s: %.3g (target %s %.3g: %s)", what, value, relation, bound, met ? "met" : "MISSED");
    }
}

package io.flywheel.placement;

import io.flywheel.base.Random;

/// Draws of the port {@link Random} that placement needs.
final class Chance {
    private Chance() {}

    /// Uniform in [0, 1).
    static double fraction(Random random) {
        return (random.nextLong() >>> 11) * 0x1p-53;
    }
}

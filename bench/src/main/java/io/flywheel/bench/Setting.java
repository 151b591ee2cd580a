package io.flywheel.bench;

import static io.flywheel.base.Check.check;

import java.nio.file.Path;
import java.time.Duration;

/// Where and how long to measure.
///
/// @param home the checkout: {@code flywheel} and the built jars are found from here
/// @param ram a folder on a RAM disk
/// @param disk a folder on a real disk, for what is about durability
/// @param scale multiplies the amounts of data of the benchmarks that are about amounts; 1 is the form
/// @param rounds measured rounds of each side
/// @param round the length of one measured round
record Setting(Path home, Path ram, Path disk, double scale, int rounds, Duration round) {
    Setting {
        check(scale > 0, "scale");
        check(rounds > 0, "rounds");
        check(round.isPositive(), "round");
    }

    /// {@code amount} times the scale, at least one.
    int scaled(int amount) {
        return (int) Math.max(1, Math.round(amount * scale));
    }

    long scaledBytes(long bytes) {
        return Math.max(1, Math.round(bytes * scale));
    }
}

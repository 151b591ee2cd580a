package io.flywheel.shardstore.checks;

import io.flywheel.shardstore.checks.Generator.Profile;

/// Runs histories from the command line: profile, first seed, count.
final class Explore {
    private Explore() {}

    public static void main(String[] args) {
        Histories.explore(Profile.valueOf(args[0]), Long.parseLong(args[1]), Long.parseLong(args[2]));
    }
}

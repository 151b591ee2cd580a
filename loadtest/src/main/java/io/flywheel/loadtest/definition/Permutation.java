package io.flywheel.loadtest.definition;

import io.flywheel.loadtest.schedule.Mix;

/// A random order of the numbers below a size that needs no memory: four rounds of a Feistel network on the smallest
/// even number of bits that holds them, applied until the result is below the size.
record Permutation(long seed, long size) {
    private static final int ROUNDS = 4;

    /// The number at a place.
    long at(long place) {
        int half = Math.max(1, (64 - Long.numberOfLeadingZeros(Math.max(1, size - 1)) + 1) / 2);
        long mask = (1L << half) - 1;
        long number = place;
        do {
            long left = number >>> half;
            long right = number & mask;
            for (int round = 0; round < ROUNDS; round++) {
                long mixed = left ^ (Mix.of(seed, round, right) & mask);
                left = right;
                right = mixed;
            }
            number = left << half | right;
        } while (number >= size);
        return number;
    }
}

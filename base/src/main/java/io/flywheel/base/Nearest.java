package io.flywheel.base;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// The valid word that a misspelt one most likely meant.
public final class Nearest {
    private Nearest() {}

    /// The candidate with the fewest edits to {@code word}; empty when none is near (more than half would change).
    public static Optional<String> to(String word, Collection<String> candidates) {
        return candidates.stream()
                .min(Comparator.comparingInt((String candidate) -> edits(word, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(candidate -> edits(word, candidate) * 2 <= Math.max(word.length(), candidate.length()));
    }

    /// {@code " Did you mean 'x'?"}, or nothing.
    public static String hint(String word, Collection<String> candidates) {
        return to(word, candidates)
                .map(candidate -> " Did you mean '" + candidate + "'?")
                .orElse("");
    }

    /// Levenshtein's distance.
    private static int edits(String left, String right) {
        int[] previous = new int[right.length() + 1];
        for (int column = 0; column <= right.length(); column++) {
            previous[column] = column;
        }
        for (int row = 1; row <= left.length(); row++) {
            int[] current = new int[right.length() + 1];
            current[0] = row;
            for (int column = 1; column <= right.length(); column++) {
                int replaced = previous[column - 1] + (left.charAt(row - 1) == right.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, 1 + Math.min(previous[column], current[column - 1]));
            }
            previous = current;
        }
        return previous[right.length()];
    }
}

package io.flywheel.namespace;

import static io.flywheel.base.Check.check;

/// How the parts of a completed upload make up the object: part {@code numbers[i]} ends (exclusive) at byte
/// {@code ends[i]}. The arrays are not to be changed by anyone.
public record PartLayout(int[] numbers, long[] ends) {
    public PartLayout {
        check(numbers.length == ends.length, "as many ends as numbers");
    }

    /// The index of the part that holds byte {@code offset}.
    public int indexAt(long offset) {
        int at = java.util.Arrays.binarySearch(ends, offset);
        return at >= 0 ? at + 1 : -at - 1;
    }

    public long startOf(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    public int count() {
        return numbers.length;
    }
}

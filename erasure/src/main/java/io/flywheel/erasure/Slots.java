package io.flywheel.erasure;

import static io.flywheel.base.Check.check;

import java.util.stream.IntStream;

/// A set of places in a copyset, 0 to 31, lowest first.
///
/// @param bits bit i is set when i is in the set
public record Slots(int bits) {
    public static final Slots NONE = new Slots(0);

    public static Slots of(int... slots) {
        int bits = 0;
        for (int slot : slots) {
            check(slot >= 0 && slot < Scheme.SHARDS_MAX, "a slot is 0 to 31, not " + slot);
            bits |= 1 << slot;
        }
        return new Slots(bits);
    }

    /// The first {@code count} slots.
    public static Slots first(int count) {
        check(count >= 0 && count <= Scheme.SHARDS_MAX, "count");
        return new Slots(count == Scheme.SHARDS_MAX ? -1 : (1 << count) - 1);
    }

    public int size() {
        return Integer.bitCount(bits);
    }

    public boolean isEmpty() {
        return bits == 0;
    }

    public boolean contains(int slot) {
        return slot >= 0 && slot < Scheme.SHARDS_MAX && (bits & 1 << slot) != 0;
    }

    public boolean containsAll(Slots other) {
        return (other.bits & ~bits) == 0;
    }

    public Slots with(int slot) {
        return plus(of(slot));
    }

    public Slots plus(Slots other) {
        return new Slots(bits | other.bits);
    }

    public Slots minus(Slots other) {
        return new Slots(bits & ~other.bits);
    }

    /// The lowest {@code count} of these, or all.
    public Slots lowest(int count) {
        int chosen = 0;
        int left = bits;
        for (int i = 0; i < count && left != 0; i++) {
            chosen |= Integer.lowestOneBit(left);
            left &= left - 1;
        }
        return new Slots(chosen);
    }

    public int[] toArray() {
        return IntStream.range(0, Scheme.SHARDS_MAX).filter(this::contains).toArray();
    }

    @Override
    public String toString() {
        return IntStream.of(toArray()).boxed().toList().toString();
    }
}

package io.flywheel.base;

import static io.flywheel.base.Check.check;

import java.util.HexFormat;
import java.util.UUID;

/// Names a disk for ever: drawn when the disk joins a fleet and written into its superblock. Where a disk is mounted,
/// and in which order disks are listed, means nothing. Ordered as the unsigned 128 bits.
public record DiskId(UUID uuid) implements Comparable<DiskId> {
    private static final int DIGITS = 32;

    /// A new name.
    public static DiskId draw(Random random) {
        return new DiskId(new UUID(random.nextLong(), random.nextLong()));
    }

    /// The disk whose {@link #toString} is {@code digits}.
    ///
    /// @throws IllegalArgumentException when they are not 32 hexadecimal digits
    public static DiskId parse(String digits) {
        check(digits.length() == DIGITS, "a disk's name is 32 hexadecimal digits");
        return new DiskId(new UUID(
                HexFormat.fromHexDigitsToLong(digits, 0, DIGITS / 2),
                HexFormat.fromHexDigitsToLong(digits, DIGITS / 2, DIGITS)));
    }

    public long high() {
        return uuid.getMostSignificantBits();
    }

    public long low() {
        return uuid.getLeastSignificantBits();
    }

    @Override
    public int compareTo(DiskId other) {
        int byHigh = Long.compareUnsigned(high(), other.high());
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low(), other.low());
    }

    /// 32 hexadecimal digits.
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high()) + HexFormat.of().toHexDigits(low());
    }
}

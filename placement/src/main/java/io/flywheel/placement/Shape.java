package io.flywheel.placement;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Copyset;
import io.flywheel.erasure.Scheme;

/// Which copysets a scheme needs. Schemes of one shape share theirs.
///
/// @param width slots of a copyset, n
/// @param parity of them that may be lost, m
/// @param copysetsPerDisk to which a disk of mean weight belongs. Fewer are hit less often when many disks fail
///     at once, more rebuild a lost disk faster
public record Shape(int width, int parity, int copysetsPerDisk) {
    private static final int COPYSETS_PER_DISK = 10;

    public Shape {
        check(width >= 1 && width <= Copyset.WIDTH_MAX, "width");
        check(parity >= 0 && parity < width, "parity");
        check(copysetsPerDisk >= 1, "copysetsPerDisk");
    }

    public static Shape of(Scheme scheme) {
        return new Shape(scheme.shards(), scheme.parityShards(), COPYSETS_PER_DISK);
    }

    /// With how many others a disk of mean weight shares blocks at most; one of twice the weight with twice as
    /// many.
    public int scatterWidth() {
        return copysetsPerDisk * (width - 1);
    }

    boolean fits(Copyset copyset) {
        return copyset.width() == width && copyset.parity() == parity;
    }
}

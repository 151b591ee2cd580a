package io.flywheel.placement;

import static io.flywheel.base.Check.check;

import io.flywheel.erasure.Scheme;

/// How likely a fleet keeps what it was given, and what that costs. An estimate from a model: it knows of disks that
/// fail one by one, of sectors that turn out unreadable when they are needed, and of outages that take many disks at
/// once; not of bugs, of operators, or of batches of bad disks.
///
/// @param scheme of all blocks
/// @param disks of the fleet
/// @param diskBytes of one disk
/// @param fill the share of a disk that shards take, above 0 to 1
/// @param failuresPerYear of one disk: its annualised failure rate
/// @param repairYears mean time from a disk's failure until its shards are whole again elsewhere
/// @param scatterWidth with how many other disks a disk shares blocks
/// @param objectBytes of the object whose survival is asked for
/// @param latentErrorsPerYear sectors of one disk that become unreadable in a year
/// @param scrubYears after which each sector has been read
/// @param outagesPerYear events that take {@code outageShare} of the disks for good
/// @param outageShare 0 to 1
public record Durability(
        Scheme scheme,
        int disks,
        double diskBytes,
        double fill,
        double failuresPerYear,
        double repairYears,
        int scatterWidth,
        double objectBytes,
        double latentErrorsPerYear,
        double scrubYears,
        double outagesPerYear,
        double outageShare) {
    /// A block's data at most; larger objects have several.
    private static final double BLOCK_BYTES = 64 << 20;

    public Durability {
        check(disks >= scheme.shards(), scheme + " needs " + scheme.shards() + " disks, not " + disks);
        check(diskBytes > 0, "diskBytes");
        check(fill > 0 && fill <= 1, "fill");
        check(failuresPerYear > 0, "failuresPerYear");
        check(repairYears > 0, "repairYears");
        check(
                scatterWidth >= scheme.shards() - 1 && scatterWidth < disks,
                "a disk shares blocks with " + (scheme.shards() - 1) + " to " + (disks - 1) + " others, not "
                        + scatterWidth);
        check(objectBytes > 0, "objectBytes");
        check(latentErrorsPerYear >= 0 && scrubYears >= 0, "latent errors");
        check(outagesPerYear >= 0 && outageShare >= 0 && outageShare <= 1, "outages");
    }

    /// What of a year's losses comes from where; each a probability.
    ///
    /// @param disks that failed one by one, faster than they were rebuilt
    /// @param latent sectors that were unreadable when no other shard could be spared
    /// @param outages that took too many disks at once
    public record Loss(double disks, double latent, double outages) {
        public double any() {
            return -Math.expm1(Math.log1p(-disks) + Math.log1p(-latent) + Math.log1p(-outages));
        }

        /// 0.999 has three; infinite when nothing is ever lost.
        public double nines() {
            return -Math.log10(any());
        }
    }

    /// The loss of one object in a year.
    public Loss ofObject() {
        double blocks = Math.ceil(objectBytes / BLOCK_BYTES);
        return new Loss(
                inAYear(blocks * copysetLossesPerYear()),
                inAYear(blocks * latentLossesPerYear(objectBytes / blocks)),
                outage(blocks));
    }

    /// The loss of anything at all in a year, all blocks being in so many copysets.
    public Loss ofAnything(double copysets) {
        return new Loss(
                inAYear(copysets * copysetLossesPerYear()),
                inAYear(objects() * Math.ceil(objectBytes / BLOCK_BYTES) * latentLossesPerYear(blockBytes())),
                outage(copysets));
    }

    /// The sets of disks that hold a block together, where each disk shares blocks with no more than
    /// {@code scatterWidth} others. Fewer of them are hit less often; wider ones are rebuilt faster.
    public double copysets() {
        int shards = scheme.shards();
        double each = shards == 1 ? 1 : Math.max(1, scatterWidth / (shards - 1));
        return Math.ceil(disks * each / shards);
    }

    /// What it would be if the disks of each block were drawn anew.
    public double copysetsIfDrawn() {
        double blocks = objects() * Math.ceil(objectBytes / BLOCK_BYTES);
        return Math.min(blocks, Math.exp(Math.min(700, Outage.logChoose(disks, scheme.shards()))));
    }

    /// Objects of this size that the fleet holds.
    public double objects() {
        return userBytes() / objectBytes;
    }

    /// Bytes of shards.
    public double storedBytes() {
        return disks * diskBytes * fill;
    }

    /// Bytes of objects.
    public double userBytes() {
        return storedBytes() / scheme.overhead();
    }

    /// Bytes that rebuilding reads and writes in a year: k shards are read for each that is written.
    public double repairBytesPerYear() {
        return scheme.parityShards() == 0 ? 0 : disks * failuresPerYear * diskBytes * fill * (scheme.dataShards() + 1);
    }

    private double blockBytes() {
        return objectBytes / Math.ceil(objectBytes / BLOCK_BYTES);
    }

    private LossChain chain() {
        return new LossChain(scheme.shards(), scheme.parityShards(), failuresPerYear, 1 / repairYears);
    }

    private double copysetLossesPerYear() {
        return 1 / chain().meanTimeToLoss();
    }

    /// Of one block. Where shards are missing that cannot be spared, each of the others must be readable.
    private double latentLossesPerYear(double blockBytes) {
        double shardShare = blockBytes / scheme.dataShards() / (diskBytes * fill);
        if (scheme.parityShards() == 0) {
            return scheme.shards() * latentErrorsPerYear * shardShare;
        }
        double criticalPerYear = 1 / chain().meanTimeTo(scheme.parityShards());
        double unreadable = Math.min(1, latentErrorsPerYear * scrubYears / 2 * shardShare);
        return criticalPerYear * -Math.expm1(scheme.dataShards() * Math.log1p(-unreadable));
    }

    private double outage(double copysets) {
        var outage = new Outage(disks, (int) Math.ceil(disks * outageShare));
        return inAYear(outagesPerYear * outage.lossOfAny(scheme.shards(), scheme.parityShards(), copysets));
    }

    private static double inAYear(double rate) {
        return -Math.expm1(-rate);
    }
}

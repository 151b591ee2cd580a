package io.flywheel.loadtest.schedule;

import static io.flywheel.base.Check.check;

/// One of {@code count} equal parts of a schedule, from a moment on. When an agent is lost, the others get shares of
/// the rest: same moment, smaller count, next epoch; until that moment they keep to their old ones. Together the shares
/// of an epoch are the whole schedule, every arrival once.
///
/// @param index from 0
/// @param epoch how often the schedule was divided before
public record Share(int index, int count, long fromNanos, int epoch) {
    /// The whole run by itself.
    public static final Share WHOLE = new Share(0, 1, 0, 0);

    public Share {
        check(count >= 1 && index >= 0 && index < count, "a share is one of its count");
        check(fromNanos >= 0, "a share begins in the run");
        check(epoch >= 0 && epoch < 1 << 20, "epoch");
    }

    /// How many of {@code all} things this share has: all shares together have exactly as many.
    public long portion(long all) {
        return all / count + (index < all % count ? 1 : 0);
    }

    /// This share divided among {@code parts} threads, of which the result is one.
    public Share part(int part, int parts) {
        check(part >= 0 && part < parts, "part");
        return new Share(index + count * part, Math.multiplyExact(count, parts), fromNanos, epoch);
    }
}

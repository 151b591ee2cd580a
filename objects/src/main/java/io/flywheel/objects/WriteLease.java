package io.flywheel.objects;

import static io.flywheel.base.Check.check;

import io.flywheel.base.BlockId;
import io.flywheel.base.Clock;
import io.flywheel.base.Random;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.Outcome;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;

/// The right to create blocks: every start of a server opens a new one, which closes the one before, and counts
/// its blocks from zero. So no block id is ever used twice, also after a crash.
public final class WriteLease {
    /// Whom commands are accounted to that no client asked for.
    public static final AccountId SYSTEM = new AccountId("0".repeat(64));

    private final long number;
    private final AtomicLong counter = new AtomicLong();
    /// Blocks that may yet be committed.
    private final ConcurrentSkipListSet<BlockId> open = new ConcurrentSkipListSet<>();

    /// @param number as the namespace gave it
    WriteLease(long number) {
        check(number >= 1, "number");
        this.number = number;
    }

    /// What opening a lease came to.
    public sealed interface Opened {
        record Lease(WriteLease lease) implements Opened {}

        record Refused(String reason) implements Opened {}
    }

    /// Opens a lease and thereby closes the earlier ones of the same holder.
    public static Opened open(Namespace namespace, Clock clock, Random random, String holder) {
        var stamp = new Command.Stamp(random.nextLong(), random.nextLong(), clock.unixMillis(), SYSTEM);
        return switch (namespace.apply(new Command.OpenLease(stamp, holder))) {
            case Outcome.LeaseOpened(long lease) -> new Opened.Lease(new WriteLease(lease));
            case Outcome.Refused(var refusal, var detail) -> new Opened.Refused(refusal + " " + detail);
            case Outcome.Done _, Outcome.ObjectPut _, Outcome.ObjectDeleted _, Outcome.TagsSet _ ->
                throw new IllegalStateException("opening a lease opens a lease");
        };
    }

    public long number() {
        return number;
    }

    /// An id that nobody was ever given.
    BlockId nextBlock(int copyset) {
        var block = new BlockId(copyset, number, counter.getAndIncrement());
        open.add(block);
        return block;
    }

    /// The block is committed, or never will be.
    void settle(BlockId block) {
        open.remove(block);
    }

    /// The blocks of a copyset that were begun and may yet be committed.
    List<BlockId> open(int copyset) {
        return List.copyOf(open.subSet(new BlockId(copyset, number, 0), true, after(copyset), false));
    }

    boolean isOpen(BlockId block) {
        return open.contains(block);
    }

    private BlockId after(int copyset) {
        return new BlockId(copyset, number + 1, 0);
    }
}

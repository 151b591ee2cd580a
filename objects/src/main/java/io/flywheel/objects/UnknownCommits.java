package io.flywheel.objects;

import io.flywheel.base.BlockId;
import io.flywheel.base.Clock;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.Outcome;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;

/// The blocks of commits whose outcome the namespace did not tell. A command that was answered so takes effect before
/// any that is sent after that answer, or never: when such a later one is answered the tables tell what became of the
/// blocks. Thread-safe.
final class UnknownCommits {
    private final Namespace namespace;
    private final Clock clock;
    private final WriteLease lease;
    private final Consumer<BlockId> discard;
    private final ConcurrentSkipListSet<BlockId> blocks = new ConcurrentSkipListSet<>();

    /// @param discard removes a block that is not referenced
    UnknownCommits(Namespace namespace, Clock clock, WriteLease lease, Consumer<BlockId> discard) {
        this.namespace = namespace;
        this.clock = clock;
        this.lease = lease;
        this.discard = discard;
    }

    void add(List<BlockId> unknown) {
        blocks.addAll(unknown);
    }

    /// Asks the namespace what became of those that were added before; where it does not answer they stay unknown.
    void settle() {
        if (blocks.isEmpty()) {
            return;
        }
        var before = List.copyOf(blocks);
        // Changes nothing, and is answered only once it was applied.
        var stamp = new Command.Stamp(0, 0, clock.unixMillis(), WriteLease.SYSTEM);
        if (!(namespace.apply(new Command.Reclaimed(stamp, List.of())) instanceof Outcome.Done)) {
            return;
        }
        for (BlockId block : before) {
            if (!namespace.blocks(block, 1).equals(List.of(block))) {
                discard.accept(block);
            }
            lease.settle(block);
            blocks.remove(block);
        }
    }
}

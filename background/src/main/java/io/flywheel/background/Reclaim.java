package io.flywheel.background;

import io.flywheel.base.BlockId;
import io.flywheel.base.Clock;
import io.flywheel.base.Random;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.Deletion;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.Part;
import io.flywheel.objects.ObjectData;
import io.flywheel.objects.Removal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Drains the namespace's deletion queue: removes the bytes that nothing references from the disk, oldest first, and
/// then tells the namespace to forget them. Finds out before what became of commits whose outcome was unknown. What an
/// active read may still use waits. A crash in between repeats the
/// removal, which is harmless.
public final class Reclaim implements Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Reclaim.class);

    private static final int ENTRIES_PER_STEP = 64;
    private static final int BLOCKS_PER_STEP = 256;
    private static final int PARTS_PER_STEP = 16;
    private static final Duration READ_WAIT = Duration.ofSeconds(1);
    private static final Duration FAILURE_WAIT = Duration.ofSeconds(10);

    private final Namespace namespace;
    private final ObjectData data;
    private final SystemStamps stamps;

    public Reclaim(Namespace namespace, ObjectData data, Clock clock, Random random) {
        this.namespace = namespace;
        this.data = data;
        stamps = new SystemStamps(clock, random);
    }

    @Override
    public String name() {
        return "reclaim";
    }

    @Override
    public Step step() {
        data.settleUnknown();
        // No read sees what was queued up to the horizon, those that begin from now on included.
        List<Deletion> queue = namespace.deletions(0, ENTRIES_PER_STEP);
        long horizon = data.readHorizon();
        if (queue.isEmpty()) {
            return new Step.Idle();
        }
        if (queue.getFirst().position() > horizon) {
            return new Step.Throttled(READ_WAIT);
        }
        return switch (queue.getFirst()) {
            case Deletion.OfUpload upload -> walk(upload);
            case Deletion.OfBlocks _ -> removeBlocks(queue, horizon);
        };
    }

    /// Removes the entries of blocks at the head of the queue.
    private Step removeBlocks(List<Deletion> queue, long horizon) {
        var entries = new ArrayList<Command.Reclaimed.Entry>();
        var blocks = new ArrayList<BlockId>();
        for (Deletion deletion : queue) {
            if (!(deletion instanceof Deletion.OfBlocks(long position, int ordinal, var ids))
                    || position > horizon
                    || (!entries.isEmpty() && blocks.size() + ids.size() > BLOCKS_PER_STEP)) {
                break;
            }
            entries.add(new Command.Reclaimed.Entry(position, ordinal));
            blocks.addAll(ids);
        }
        return removeThenTell(blocks, new Command.Reclaimed(stamps.next(), entries));
    }

    /// Removes some parts of an upload, or, once there are none, its entry.
    private Step walk(Deletion.OfUpload deletion) {
        List<Part> parts = namespace.parts(deletion.upload(), 0, PARTS_PER_STEP);
        if (parts.isEmpty()) {
            var entry = new Command.Reclaimed.Entry(deletion.position(), deletion.ordinal());
            return tell(new Command.Reclaimed(stamps.next(), List.of(entry)));
        }
        var numbers = new ArrayList<Integer>();
        var blocks = new ArrayList<BlockId>();
        for (Part part : parts) {
            List<BlockId> ids =
                    part.content() instanceof Content.Parts ? List.of() : ObjectData.blocksOf(part.content());
            if (!numbers.isEmpty() && blocks.size() + ids.size() > BLOCKS_PER_STEP) {
                break;
            }
            numbers.add(part.number());
            blocks.addAll(ids);
        }
        return removeThenTell(blocks, new Command.ForgetParts(stamps.next(), deletion.upload(), numbers));
    }

    private Step removeThenTell(List<BlockId> blocks, Command command) {
        return switch (data.remove(blocks)) {
            case Removal.Removed() -> tell(command);
            case Removal.Failed(var reason) -> {
                LOG.warn("cannot remove blocks: {}", reason);
                yield new Step.Throttled(FAILURE_WAIT);
            }
        };
    }

    private Step tell(Command command) {
        if (namespace.apply(command) instanceof Outcome.Refused refused) {
            LOG.warn("the namespace refused {}: {}", command.getClass().getSimpleName(), refused);
            return new Step.Throttled(FAILURE_WAIT);
        }
        return new Step.Busy();
    }
}

package io.flywheel.namespace;

import io.flywheel.base.DiskId;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.Outcome.Refusal;
import io.flywheel.namespace.log.QuorumLog;
import io.flywheel.namespace.record.StoredCommand;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way of a command: queued, written to the log with all that wait beside it and flushed once, applied to
/// the tables, answered. While one batch is applied the next is written.
///
/// Where too few disks have a batch its commands are refused, which leaves open what becomes of them: as soon
/// as enough disks are back the batch counts, and is applied before anything later. Until then all are refused.
/// When the tables fail the batch waits until they are made again on another disk.
final class CommandPipeline {
    private static final Logger LOG = LoggerFactory.getLogger(CommandPipeline.class);
    private static final int BATCH_COMMANDS_MAX = 1024;

    /// Deletes leave marks that listings step over until they are flushed and compacted: after so many, or when
    /// they have waited this long, the tables are flushed.
    private static final int DELETES_MAX = 16_384;

    /// How often an append waits for tables on another disk.
    private static final int MOVES_MAX = 4;

    private static final Duration DELETES_WAIT = Duration.ofSeconds(1);

    private record Pending(Command command, byte[] encoded, Tasks.Promise<Outcome> promise) {}

    private record Batch(long first, List<Pending> commands) {}

    private static final Duration AGAIN = Duration.ofSeconds(5);

    private final QuorumLog log;
    private final LiveTables tables;
    private final Copies copies;
    private final Tasks tasks;
    private final EmbeddedNamespace.Options options;
    private final Tasks.BlockingPool writer;
    private final Tasks.BlockingPool keeper;
    private final Tasks.Mutex checkpointing;
    private final Tasks.Queue<Pending> waiting;
    private final Tasks.Queue<Batch> logged;

    /// Taken out of {@code logged} and not applied yet; the applying task's own.
    private final Deque<Batch> backlog = new ArrayDeque<>();

    private final Tasks.Queue<Boolean> upkeep;
    private final Tasks.Queue<Boolean> attention;
    private final List<Tasks.Task> running;

    /// Too few disks have the last batch.
    private volatile boolean unsettled;

    private volatile boolean closing;
    private volatile boolean checkpointDue;
    private volatile boolean deletesWait;
    private long bytesSinceCheckpoint;
    private int deletesSinceCheckpoint;

    CommandPipeline(QuorumLog log, LiveTables tables, Copies copies, Tasks tasks, EmbeddedNamespace.Options options) {
        this.log = log;
        this.tables = tables;
        this.copies = copies;
        this.tasks = tasks;
        this.options = options;
        this.writer = tasks.pool("namespace-apply", 1);
        this.keeper = tasks.pool("namespace-keep", 1);
        this.checkpointing = tasks.mutex();
        this.waiting = tasks.queue(options.queueCommands());
        this.logged = tasks.queue(1);
        this.upkeep = tasks.queue(1);
        this.attention = tasks.queue(1);
        this.running = List.of(
                tasks.start("namespace-log", this::logBatches),
                tasks.start("namespace-apply", this::applyBatches),
                tasks.start("namespace-upkeep", this::keepUp));
        upkeep.offer(true);
    }

    Outcome apply(Command command) {
        Pending pending = pending(command);
        if (pending.encoded().length > log.batchBytesMax()) {
            return tooLarge();
        }
        if (refuses() || !waiting.put(pending)) {
            return unavailable();
        }
        return pending.promise().await();
    }

    boolean submit(Command command, Consumer<Outcome> done) {
        Pending pending = pending(command);
        if (pending.encoded().length > log.batchBytesMax()) {
            done.accept(tooLarge());
            return true;
        }
        if (refuses()) {
            done.accept(unavailable());
            return true;
        }
        if (!waiting.offer(pending)) {
            return false;
        }
        pending.promise().onDone(() -> done.accept(pending.promise().await()));
        return true;
    }

    private boolean refuses() {
        return unsettled || tables.hopeless();
    }

    private Pending pending(Command command) {
        return new Pending(command, StoredCommand.encode(command), tasks.promise());
    }

    private static Outcome tooLarge() {
        return new Outcome.Refused(Refusal.INVALID_REQUEST, "The request is too large for the namespace.");
    }

    private void logBatches() {
        try {
            for (Optional<Pending> first = waiting.take(); first.isPresent(); first = waiting.take()) {
                List<Pending> batch = new ArrayList<>();
                batch.add(first.get());
                long bytes = first.get().encoded().length;
                while (batch.size() < BATCH_COMMANDS_MAX && bytes < log.batchBytesMax() / 2) {
                    Optional<Pending> next = waiting.poll();
                    if (next.isEmpty()) {
                        break;
                    }
                    batch.add(next.get());
                    bytes += next.get().encoded().length;
                }
                append(batch, bytes);
            }
        } finally {
            logged.close();
            upkeep.close();
        }
    }

    private void append(List<Pending> batch, long bytes) {
        List<Pending> accepted = batch;
        if (Math.min(log.freeBytes(), tables.current().disk().log().freeBytes()) < options.spareBytes()) {
            accepted = refuseGrowth(batch);
        }
        if (refuses()) {
            refuse(batch);
            return;
        }
        long first = log.nextPosition();
        QuorumLog.Outcome appended = appendWithRoom(accepted);
        if (appended == QuorumLog.Outcome.WAIT || appended == QuorumLog.Outcome.FULL) {
            accepted = refuseGrowth(accepted);
            appended = tryAppend(accepted);
        }
        switch (appended) {
            case DONE -> logged(first, accepted, bytes);
            case WAIT, FULL -> accepted.forEach(pending -> pending.promise().complete(Rules.refused(Refusal.FULL)));
            case REFUSED -> refuse(accepted);
            case UNSETTLED -> {
                refuse(accepted);
                if (settled()) {
                    logged(first, accepted, bytes);
                }
            }
        }
    }

    /// Where the log waits for a checkpoint one is taken, of other tables where those at hand fail, be it that these
    /// have taken their place already. Only what waits although there is one is short of space.
    private QuorumLog.Outcome appendWithRoom(List<Pending> batch) {
        QuorumLog.Outcome appended = tryAppend(batch);
        for (int tries = 0; appended == QuorumLog.Outcome.WAIT; tries++) {
            if (checkpoint()) {
                appended = tryAppend(batch);
                if (!tables.areBroken()) {
                    break;
                }
            } else if (tries >= MOVES_MAX || !tables.awaitWorking()) {
                return QuorumLog.Outcome.REFUSED;
            }
        }
        return appended;
    }

    private void logged(long first, List<Pending> batch, long bytes) {
        if (!batch.isEmpty()) {
            logged.put(new Batch(first, batch));
        }
        account(batch, bytes);
    }

    /// Waits until the last batch is acknowledged; refuses what comes meanwhile. False when the end comes
    /// first.
    private boolean settled() {
        unsettled = true;
        LOG.error("the namespace takes no changes until enough of the disks that hold its log are back");
        boolean settled = false;
        while (!settled && !closing) {
            for (Optional<Pending> next = waiting.poll(); next.isPresent(); next = waiting.poll()) {
                refuse(List.of(next.get()));
            }
            settled = log.settle(AGAIN);
        }
        if (settled) {
            LOG.warn("the namespace takes changes again");
            unsettled = false;
        }
        return settled;
    }

    private static void refuse(List<Pending> commands) {
        commands.forEach(pending -> pending.promise().complete(unavailable()));
    }

    /// Wakes the upkeep when there is something to do for it.
    private void account(List<Pending> batch, long bytes) {
        bytesSinceCheckpoint += bytes;
        int deletes = 0;
        for (Pending pending : batch) {
            deletes += pending.command() instanceof Command.DeleteObject ? 1 : 0;
        }
        deletesSinceCheckpoint += deletes;
        if (bytesSinceCheckpoint > options.checkpointBytes()
                || deletesSinceCheckpoint > DELETES_MAX
                || log.fill() > 0.5) {
            bytesSinceCheckpoint = 0;
            deletesSinceCheckpoint = 0;
            checkpointDue = true;
            upkeep.offer(true);
        } else if (deletes > 0 && !deletesWait) {
            deletesWait = true;
            upkeep.offer(true);
        }
    }

    private QuorumLog.Outcome tryAppend(List<Pending> batch) {
        return batch.isEmpty()
                ? QuorumLog.Outcome.DONE
                : log.append(
                        batch.stream().map(Pending::encoded).toList(),
                        batch.stream().allMatch(pending -> freesSpace(pending.command())));
    }

    /// On a full disk what frees space goes on.
    private static List<Pending> refuseGrowth(List<Pending> batch) {
        List<Pending> accepted = new ArrayList<>();
        for (Pending pending : batch) {
            if (freesSpace(pending.command())) {
                accepted.add(pending);
            } else {
                pending.promise().complete(Rules.refused(Refusal.FULL));
            }
        }
        return accepted;
    }

    private static boolean freesSpace(Command command) {
        return switch (command) {
            case Command.DeleteObject _,
                    Command.DeleteBucket _,
                    Command.AbortUpload _,
                    Command.Reclaimed _,
                    Command.ForgetParts _,
                    Command.OpenLease _ -> true;
            case Command.CreateBucket _,
                    Command.SetVersioning _,
                    Command.SetBucketTags _,
                    Command.PutObject _,
                    Command.SetObjectTags _,
                    Command.CreateUpload _,
                    Command.PutPart _,
                    Command.CompleteUpload _ -> false;
        };
    }

    private void applyBatches() {
        for (Optional<Batch> batch = nextLogged(); batch.isPresent(); batch = nextLogged()) {
            apply(batch.get());
        }
    }

    private Optional<Batch> nextLogged() {
        return backlog.isEmpty() ? logged.take() : Optional.of(backlog.removeFirst());
    }

    /// Applies the batch, on other tables where those at hand fail. It is in the log: it is not left out.
    private void apply(Batch batch) {
        int failures = 0;
        while (true) {
            // What fails everywhere is not tried without a pause.
            if (failures > 1) {
                refuse(batch.commands());
                attention.take(AGAIN);
            }
            Tables now = tables.current();
            if (tables.areBroken() && !moved(batch)) {
                return;
            }
            if (batch.commands().isEmpty()) {
                return;
            }
            if (now.equals(tables.current())) {
                if (tryApply(batch, now)) {
                    return;
                }
                failures++;
            }
        }
    }

    private boolean tryApply(Batch batch, Tables now) {
        List<Command> commands = batch.commands().stream().map(Pending::command).toList();
        try {
            List<Outcome> outcomes = tasks.blocking(writer, () -> now.machine().apply(batch.first(), commands));
            for (int i = 0; i < outcomes.size(); i++) {
                if (outcomes.get(i) instanceof Outcome.TagsSet(var version, var _, var _)) {
                    now.lookups().tagsChanged(version);
                }
                batch.commands().get(i).promise().complete(outcomes.get(i));
            }
            return true;
        } catch (Tasks.Cancelled e) {
            throw e;
        } catch (RuntimeException e) {
            tables.broken(now, "they cannot be written", e);
            return false;
        }
    }

    /// Has the tables made again on another disk; false when the end comes first.
    private boolean moved(Batch batch) {
        long end = batch.commands().isEmpty() ? tables.current().machine().position() + 1 : batch.first();
        while (!tables.move(end)) {
            refuse(batch.commands());
            // Nobody waits for what is behind it either.
            for (Optional<Batch> next = logged.poll(); next.isPresent(); next = logged.poll()) {
                refuse(next.get().commands());
                backlog.add(next.get());
            }
            if (closing) {
                return false;
            }
            attention.take(AGAIN);
        }
        return true;
    }

    /// Something is amiss with the tables, or may be mended: whoever applies looks at once.
    void lookAtTables() {
        attention.offer(true);
        logged.offer(new Batch(0, List.of()));
    }

    private void keepUp() {
        while (upkeep.take().isPresent()) {
            log.prepareAhead();
            if (!checkpointDue && deletesWait) {
                upkeep.take(DELETES_WAIT);
            }
            checkpointDue = false;
            deletesWait = false;
            if (!tables.areBroken()) {
                checkpoint();
            }
        }
    }

    /// Makes the tables persistent and the log's older part free, on every disk as far as that disk has it all
    /// otherwise. False when the tables that were asked failed.
    private boolean checkpoint() {
        checkpointing.lock();
        try {
            Optional<DiskId> on = checkpointTables();
            on.ifPresent(disk -> copies.spread(disk, log));
            return on.isPresent();
        } finally {
            checkpointing.unlock();
        }
    }

    /// Takes a checkpoint where the tables are, for a disk that is to get a copy of it.
    OptionalLong checkpointFor(DiskId disk) {
        checkpointing.lock();
        try {
            Optional<DiskId> on = checkpointTables();
            return on.isEmpty() || on.get().equals(disk) ? OptionalLong.empty() : copies.copy(on.get(), disk);
        } finally {
            checkpointing.unlock();
        }
    }

    private Optional<DiskId> checkpointTables() {
        Tables now = tables.current();
        try {
            long position = now.machine().position();
            tasks.blocking(keeper, () -> {
                now.values().checkpoint(position);
                return true;
            });
            log.release(now.disk().id(), position);
            return Optional.of(now.disk().id());
        } catch (Tasks.Cancelled e) {
            throw e;
        } catch (RuntimeException e) {
            if (tables.broken(now, "they cannot be made persistent", e)) {
                lookAtTables();
            }
            return Optional.empty();
        }
    }

    private static Outcome unavailable() {
        return Rules.refused(Refusal.UNAVAILABLE);
    }

    void close() {
        closing = true;
        waiting.close();
        attention.close();
        running.forEach(Tasks.Task::join);
        if (!tables.areBroken()) {
            checkpoint();
        }
        writer.close();
        keeper.close();
    }
}

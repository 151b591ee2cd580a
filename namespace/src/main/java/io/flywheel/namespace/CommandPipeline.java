package io.flywheel.namespace;

import io.flywheel.base.Disk;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.Outcome.Refusal;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.log.CommandLog;
import io.flywheel.namespace.record.StoredCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way of a command: queued, written to the log with all that wait beside it and flushed once, applied to the
/// tables, answered. While one batch is applied the next is written.
///
/// When the log or the tables fail nothing is known to be persistent any more: every command is refused from then on.
final class CommandPipeline {
    private static final Logger LOG = LoggerFactory.getLogger(CommandPipeline.class);
    private static final int BATCH_COMMANDS_MAX = 1024;

    /// Deletes leave marks that listings step over until they are flushed and compacted: after so many, or when they
    /// have waited this long, the tables are flushed.
    private static final int DELETES_MAX = 16_384;

    private static final Duration DELETES_WAIT = Duration.ofSeconds(1);

    private record Pending(Command command, byte[] encoded, Tasks.Promise<Outcome> promise) {}

    private record Batch(long first, List<Pending> commands) {}

    private final CommandLog log;
    private final Disk disk;
    private final KeyValues tables;
    private final StateMachine machine;
    private final Lookups lookups;
    private final Tasks tasks;
    private final EmbeddedNamespace.Options options;
    private final Tasks.BlockingPool writer;
    private final Tasks.BlockingPool keeper;
    private final Tasks.Mutex checkpointing;
    private final Tasks.Queue<Pending> waiting;
    private final Tasks.Queue<Batch> logged;
    private final Tasks.Queue<Boolean> upkeep;
    private final List<Tasks.Task> running;
    private volatile boolean fenced;
    private volatile boolean checkpointDue;
    private volatile boolean deletesWait;
    private long bytesSinceCheckpoint;
    private int deletesSinceCheckpoint;

    CommandPipeline(
            CommandLog log,
            Disk disk,
            KeyValues tables,
            StateMachine machine,
            Lookups lookups,
            Tasks tasks,
            EmbeddedNamespace.Options options) {
        this.log = log;
        this.disk = disk;
        this.tables = tables;
        this.machine = machine;
        this.lookups = lookups;
        this.tasks = tasks;
        this.options = options;
        this.writer = tasks.pool("namespace-apply", 1);
        this.keeper = tasks.pool("namespace-keep", 1);
        this.checkpointing = tasks.mutex();
        this.waiting = tasks.queue(options.queueCommands());
        this.logged = tasks.queue(1);
        this.upkeep = tasks.queue(1);
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
        if (fenced || !waiting.put(pending)) {
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
        if (fenced) {
            done.accept(unavailable());
            return true;
        }
        if (!waiting.offer(pending)) {
            return false;
        }
        pending.promise().onDone(() -> done.accept(pending.promise().await()));
        return true;
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
        if (disk.freeBytes() < options.spareBytes()) {
            accepted = refuseGrowth(batch);
        }
        if (fenced) {
            batch.forEach(pending -> pending.promise().complete(unavailable()));
            return;
        }
        long first = log.nextPosition();
        CommandLog.Appended appended = tryAppend(accepted);
        if (appended == CommandLog.Appended.WAIT) {
            checkpoint();
            appended = tryAppend(accepted);
        }
        if (appended == CommandLog.Appended.WAIT || appended == CommandLog.Appended.FULL) {
            accepted = refuseGrowth(accepted);
            appended = tryAppend(accepted);
        }
        switch (appended) {
            case DONE -> {
                if (!accepted.isEmpty()) {
                    logged.put(new Batch(first, accepted));
                }
                account(accepted, bytes);
            }
            case WAIT, FULL -> accepted.forEach(pending -> pending.promise().complete(Rules.refused(Refusal.FULL)));
            case FAILED -> {
                fence("the log cannot be written", null);
                accepted.forEach(pending -> pending.promise().complete(unavailable()));
            }
        }
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

    private CommandLog.Appended tryAppend(List<Pending> batch) {
        return batch.isEmpty()
                ? CommandLog.Appended.DONE
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
        for (Optional<Batch> batch = logged.take(); batch.isPresent(); batch = logged.take()) {
            List<Pending> pending = batch.get().commands();
            long first = batch.get().first();
            try {
                if (fenced) {
                    throw new KeyValues.Broken("the namespace is fenced", null);
                }
                List<Command> commands = pending.stream().map(Pending::command).toList();
                List<Outcome> outcomes = tasks.blocking(writer, () -> machine.apply(first, commands));
                for (int i = 0; i < outcomes.size(); i++) {
                    if (outcomes.get(i) instanceof Outcome.TagsSet(var version, var _, var _)) {
                        lookups.tagsChanged(version);
                    }
                    pending.get(i).promise().complete(outcomes.get(i));
                }
            } catch (Tasks.Cancelled e) {
                throw e;
            } catch (RuntimeException e) {
                fence("the tables cannot be written", e);
                pending.forEach(each -> each.promise().complete(unavailable()));
            }
        }
    }

    private void keepUp() {
        while (upkeep.take().isPresent()) {
            log.prepareAhead();
            if (!checkpointDue && deletesWait) {
                upkeep.take(DELETES_WAIT);
            }
            checkpointDue = false;
            deletesWait = false;
            if (!fenced) {
                checkpoint();
            }
        }
    }

    /// Makes the tables persistent and the log's older part free.
    private void checkpoint() {
        checkpointing.lock();
        try {
            long position = machine.position();
            tasks.blocking(keeper, () -> {
                tables.checkpoint();
                return true;
            });
            log.release(position);
        } catch (Tasks.Cancelled e) {
            throw e;
        } catch (RuntimeException e) {
            fence("the tables cannot be made persistent", e);
        } finally {
            checkpointing.unlock();
        }
    }

    /// From now on every change is refused. What the tables lost is rebuilt at the next start, where that is
    /// possible.
    void fence(String why, @org.jspecify.annotations.Nullable Exception cause) {
        if (!fenced) {
            LOG.error("the namespace takes no more changes until it is started again: {}", why, cause);
        }
        fenced = true;
        waiting.close();
    }

    private static Outcome unavailable() {
        return Rules.refused(Refusal.UNAVAILABLE);
    }

    void close() {
        waiting.close();
        running.forEach(Tasks.Task::join);
        if (!fenced) {
            checkpoint();
        }
        writer.close();
        keeper.close();
    }
}

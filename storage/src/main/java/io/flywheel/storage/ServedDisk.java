package io.flywheel.storage;

import static io.flywheel.storage.CopysetFences.RESERVED_COPYSET;

import io.flywheel.base.Clock;
import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Tasks;
import io.flywheel.base.Transport.Received;
import io.flywheel.shardstore.Dependency;
import io.flywheel.shardstore.IndexUnreadable;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.storage.ShardRequest.Target;
import java.util.List;
import java.util.Optional;

/// One disk of a node: requests take their turn in a lane, and are answered when what they wrote is persistent.
/// Reads, writes and upkeep have lanes of their own, so that writers who wait for room keep nobody from reading.
final class ServedDisk {
    private final DiskId id;
    private final ShardStore store;
    private final List<String> damage;
    private final Tasks tasks;
    private final CopysetFences fences;
    private final Sessions sessions;
    private final Writes writes;
    private final HeatMeter heat;
    private final Lane readLane;
    private final Lane writeLane;
    private final Lane upkeepLane;
    /// Why it takes no more writes; empty while it does.
    private volatile String failure = "";

    ServedDisk(DiskId id, ShardStore store, List<String> damage, Tasks tasks, Clock clock, NodeOptions options) {
        this.id = id;
        this.store = store;
        this.damage = List.copyOf(damage);
        this.tasks = tasks;
        fences = new CopysetFences(store, tasks);
        sessions = new Sessions(clock, options.sessionsMax(), options.sessionIdleMax());
        writes = new Writes(store, fences, sessions, clock);
        heat = new HeatMeter(clock);
        readLane = new Lane(tasks, "reads of " + id, options.readsAtOnce(), options.queuedMax());
        writeLane = new Lane(tasks, "writes of " + id, options.writesAtOnce(), options.queuedMax());
        upkeepLane = new Lane(tasks, "upkeep of " + id, 1, options.queuedMax());
        try {
            fences.load();
        } catch (IndexUnreadable unreadable) {
            fail("which epochs it is fenced at cannot be read: " + unreadable.getMessage());
        }
    }

    /// What a request came to.
    sealed interface Result {
        record Now(ShardAnswer answer) implements Result {}

        /// Accepted; to be answered when it is persistent.
        record Promised(Dependency dependency) implements Result {}

        static Result of(ShardStore.Sealed sealed) {
            return switch (sealed) {
                case ShardStore.Sealed.Accepted(var dependency) -> new Promised(dependency);
                case ShardStore.Sealed.Full() -> new Now(new ShardAnswer.Full());
                case ShardStore.Sealed.Fenced(var reason) -> new Now(new ShardAnswer.Fenced(reason));
            };
        }
    }

    void accept(Received call, ShardRequest request) {
        long bytes = (long) call.body().remaining() + call.space().remaining();
        var lane = lane(request);
        if (lane.isEmpty()) {
            call.answer(ShardProtocol.encode(look(request)));
            return;
        }
        var job = new Job(call, request, bytes, heat.begin());
        if (!lane.get().accept(job, call.callerWaits())) {
            heat.drop();
            call.refuse("too many requests wait for disk " + id);
        }
    }

    private Optional<Lane> lane(ShardRequest request) {
        return switch (request) {
            case ShardRequest.Put _,
                    ShardRequest.PutAll _,
                    ShardRequest.Open _,
                    ShardRequest.Append _,
                    ShardRequest.Seal _,
                    ShardRequest.Abort _,
                    ShardRequest.Delete _,
                    ShardRequest.DeleteAll _,
                    ShardRequest.Flush _,
                    ShardRequest.Fence _ -> Optional.of(writeLane);
            case ShardRequest.Get _, ShardRequest.Length _, ShardRequest.Enumerate _ -> Optional.of(readLane);
            case ShardRequest.Reclaim _ -> Optional.of(upkeepLane);
            case ShardRequest.Space _, ShardRequest.Reclamation _, ShardRequest.Health _, ShardRequest.Disks _ ->
                Optional.empty();
        };
    }

    /// What takes no turn, so that a disk that is stuck can still be asked.
    private ShardAnswer look(ShardRequest request) {
        return switch (request) {
            case ShardRequest.Space _ -> new ShardAnswer.SpaceIs(store.space());
            case ShardRequest.Reclamation _ -> new ShardAnswer.ReclamationIs(store.reclamation());
            case ShardRequest.Health _ -> new ShardAnswer.HealthIs(health());
            default -> new ShardAnswer.Misused("not a question about a disk");
        };
    }

    DiskHealth health() {
        var fenced = failure;
        if (fenced.isEmpty() && store.flush() instanceof ShardStore.Sealed.Fenced(var reason)) {
            fenced = reason.isEmpty() ? "it takes no more writes" : reason;
        }
        return new DiskHealth(fenced, damage, heat.snapshot());
    }

    DiskHeat heat() {
        return heat.snapshot();
    }

    /// Takes no more writes from now on; reads go on.
    void fail(String reason) {
        failure = reason;
        if (sessions.count() > 0) {
            tasks.start("end of streams", sessions::endAll);
        }
    }

    /// Drops the streams of who is gone.
    void disconnected(long connection) {
        if (sessions.count() > 0) {
            tasks.start("end of streams", () -> sessions.endAllOf(connection));
        }
    }

    void endIdleSessions() {
        sessions.endIdle();
    }

    int sessionCount() {
        return sessions.count();
    }

    Optional<ShardStore.Located> locate(ShardId shard) {
        return isReserved(shard) ? Optional.empty() : store.locate(shard);
    }

    /// Takes nothing more; returns when nothing of what was taken is at the store any more.
    void close() {
        readLane.close();
        writeLane.close();
        upkeepLane.close();
        sessions.endAll();
    }

    /// A request in its lane.
    private final class Job implements Lane.Job {
        private final Received call;
        private final ShardRequest request;
        private final long bytes;
        private final long begunNanos;

        Job(Received call, ShardRequest request, long bytes, long begunNanos) {
            this.call = call;
            this.request = request;
            this.bytes = bytes;
            this.begunNanos = begunNanos;
        }

        @Override
        public Optional<Runnable> run() {
            if (!call.isWanted()) {
                heat.drop();
                call.refuse("its time was over before it had its turn");
                return Optional.empty();
            }
            Result result;
            try {
                result = serve(call, request);
            } catch (RuntimeException | Error e) {
                failed(e);
                throw e;
            }
            return switch (result) {
                case Result.Now(var answer) -> {
                    answer(answer);
                    yield Optional.empty();
                }
                case Result.Promised(var dependency) -> {
                    // The engine has its copy. Nobody's task is lent for the rest: a disk may never answer.
                    call.releaseBuffers();
                    yield Optional.of(() -> dependency.onDone(() -> settled(dependency)));
                }
            };
        }

        private void settled(Dependency dependency) {
            // Whoever is told that it is done does not wait for it.
            if (dependency.isPersistent() || dependency.await() instanceof Persisted.Safe) {
                answer(new ShardAnswer.Done());
            } else {
                answer(new ShardAnswer.Lost(lost(dependency)));
            }
        }

        private static String lost(Dependency dependency) {
            return dependency.await() instanceof Persisted.Lost(var reason) ? reason : "";
        }

        private void answer(ShardAnswer answer) {
            if (request instanceof ShardRequest.Reclaim) {
                // Nobody waits for it as for a write: its long steps would say that the disk is slow.
                heat.drop();
            } else {
                heat.end(isWrite(), bytes, begunNanos);
            }
            call.answer(ShardProtocol.encode(answer));
        }

        private void failed(Throwable failure) {
            heat.drop();
            call.answer(ShardProtocol.encode(new ShardAnswer.Failed("a bug of the node: " + failure)));
        }

        private boolean isWrite() {
            return !(request instanceof ShardRequest.Get
                    || request instanceof ShardRequest.Length
                    || request instanceof ShardRequest.Enumerate);
        }
    }

    private Result serve(Received call, ShardRequest request) {
        return switch (request) {
            case ShardRequest.Get(var _, var shard, long offset) -> new Result.Now(get(call, shard, offset));
            case ShardRequest.Length(var _, var shard) -> new Result.Now(length(shard));
            case ShardRequest.Enumerate(var _, var from, int limit) -> new Result.Now(list(from, limit));
            case ShardRequest.Reclaim _ -> new Result.Now(new ShardAnswer.Reclaimed(store.reclaim()));
            case ShardRequest.Abort(var _, long session) -> {
                sessions.end(call.connection(), session);
                yield new Result.Now(new ShardAnswer.Done());
            }
            default -> failure.isEmpty() ? write(call, request) : new Result.Now(new ShardAnswer.Fenced(failure));
        };
    }

    private Result write(Received call, ShardRequest request) {
        return switch (request) {
            case ShardRequest.Put(var _, var target) -> writes.put(target, call.body());
            case ShardRequest.PutAll(var _, var parts) -> writes.putAll(parts, call.body());
            case ShardRequest.Open(var _, long session, var target) -> writes.open(call, session, target);
            case ShardRequest.Append(var _, long session, long offset) -> writes.append(call, session, offset);
            case ShardRequest.Seal(var _, long session, long length) -> writes.seal(call, session, length);
            case ShardRequest.Delete(var _, var target) -> writes.deleteAll(List.of(target));
            case ShardRequest.DeleteAll(var _, var targets) -> writes.deleteAll(targets);
            case ShardRequest.Flush _ -> Result.of(store.flush());
            case ShardRequest.Fence(var _, int copyset, long epoch) -> {
                sessions.endBelow(copyset, epoch);
                yield Result.of(fences.raise(copyset, epoch));
            }
            default -> new Result.Now(new ShardAnswer.Misused("not a write"));
        };
    }

    private ShardAnswer get(Received call, ShardId shard, long offsetBytes) {
        if (isReserved(shard)) {
            return misused();
        }
        try {
            return switch (store.get(shard, offsetBytes, call.space())) {
                case ShardStore.Read.Found() -> new ShardAnswer.Found();
                case ShardStore.Read.Missing() -> new ShardAnswer.Missing();
                case ShardStore.Read.Corrupt(var where) -> new ShardAnswer.Corrupt(where);
                case ShardStore.Read.Failed(var reason) -> new ShardAnswer.Failed(reason);
            };
        } catch (IllegalArgumentException pastTheEnd) {
            return new ShardAnswer.Misused(String.valueOf(pastTheEnd.getMessage()));
        }
    }

    private ShardAnswer length(ShardId shard) {
        if (isReserved(shard)) {
            return misused();
        }
        try {
            return store.length(shard)
                    .<ShardAnswer>map(ShardAnswer.LengthIs::new)
                    .orElse(new ShardAnswer.Missing());
        } catch (IndexUnreadable unreadable) {
            return unreadable(unreadable);
        }
    }

    private ShardAnswer list(ShardId from, int limit) {
        try {
            return new ShardAnswer.Shards(store.list(from, limit).stream()
                    .takeWhile(shard -> !isReserved(shard))
                    .toList());
        } catch (IndexUnreadable unreadable) {
            return unreadable(unreadable);
        }
    }

    private static ShardAnswer unreadable(IndexUnreadable unreadable) {
        return new ShardAnswer.Unreadable(unreadable.isDamage(), String.valueOf(unreadable.getMessage()));
    }

    static boolean isReserved(ShardId shard) {
        return shard.block().copyset() == RESERVED_COPYSET;
    }

    static boolean isReserved(Target target) {
        return isReserved(target.shard());
    }

    static ShardAnswer misused() {
        return new ShardAnswer.Misused("copyset " + RESERVED_COPYSET + " is the node's own");
    }
}

package io.flywheel.storage;

import io.flywheel.base.Clock;
import io.flywheel.base.Transport.Received;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.storage.CopysetFences.Turn;
import io.flywheel.storage.ServedDisk.Result;
import io.flywheel.storage.ShardRequest.Part;
import io.flywheel.storage.ShardRequest.Target;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The writes of one disk, each under the epochs of its copysets: from the question whether the epoch is still
/// good until the value is visible no fence is answered.
final class Writes {
    private final ShardStore store;
    private final CopysetFences fences;
    private final Sessions sessions;
    private final Clock clock;

    Writes(ShardStore store, CopysetFences fences, Sessions sessions, Clock clock) {
        this.store = store;
        this.fences = fences;
        this.sessions = sessions;
        this.clock = clock;
    }

    private static Result misused(String message) {
        return new Result.Now(new ShardAnswer.Misused(message));
    }

    private static Result stale(Turn.Stale stale) {
        return new Result.Now(new ShardAnswer.Stale(stale.copyset(), stale.epoch()));
    }

    /// Writes in a turn, if the target's epoch is still good.
    private Result inTurn(Target target, Supplier<Result> write) {
        return switch (fences.enter(target.shard().block().copyset(), target.epoch())) {
            case Turn.Stale stale -> stale(stale);
            case Turn.Given turn -> {
                try (turn) {
                    yield write.get();
                }
            }
        };
    }

    Result put(Target target, ByteBuffer value) {
        if (ServedDisk.isReserved(target)) {
            return new Result.Now(ServedDisk.misused());
        }
        if (!value.hasRemaining()) {
            return misused("a value has at least 1 byte");
        }
        return inTurn(target, () -> Result.of(store.put(target.shard(), value)));
    }

    Result putAll(List<Part> parts, ByteBuffer values) {
        long bytes = parts.stream().mapToLong(Part::bytes).sum();
        if (bytes != values.remaining()) {
            return misused("the values have " + bytes + " bytes, the body " + values.remaining());
        }
        var puts = new ArrayList<ShardStore.Put>(parts.size());
        int at = values.position();
        for (var part : parts) {
            puts.add(new ShardStore.Put(part.target().shard(), values.slice(at, part.bytes())));
            at += part.bytes();
        }
        return inTurns(parts.stream().map(Part::target).toList(), () -> Result.of(store.putAll(puts)));
    }

    Result deleteAll(List<Target> targets) {
        var shards = targets.stream().map(Target::shard).toList();
        return inTurns(
                targets,
                () -> Result.of(shards.size() == 1 ? store.delete(shards.getFirst()) : store.deleteAll(shards)));
    }

    /// Writes when the epochs of all targets are still good; otherwise nothing is written.
    private Result inTurns(List<Target> targets, Supplier<Result> write) {
        if (targets.stream().anyMatch(ServedDisk::isReserved)) {
            return new Result.Now(ServedDisk.misused());
        }
        var turns = new ArrayList<Turn.Given>(targets.size());
        try {
            for (var target : targets) {
                switch (fences.enter(target.shard().block().copyset(), target.epoch())) {
                    case Turn.Stale stale -> {
                        return stale(stale);
                    }
                    case Turn.Given turn -> turns.add(turn);
                }
            }
            return write.get();
        } finally {
            turns.forEach(Turn.Given::close);
        }
    }

    Result open(Received call, long number, Target target) {
        if (ServedDisk.isReserved(target)) {
            return new Result.Now(ServedDisk.misused());
        }
        if (!sessions.reserve()) {
            return new Result.Now(new ShardAnswer.NoSession("too many values are being written"));
        }
        var session = new Session(target, store.open(target.shard()), clock.monotonicNanos());
        if (!sessions.add(call.connection(), number, session)) {
            session.end();
            session.leave(clock.monotonicNanos());
            return misused("session " + number + " was begun before");
        }
        return inSession(call, number, session, () -> take(session, call.body()));
    }

    Result append(Received call, long number, long offsetBytes) {
        var session = sessions.find(call.connection(), number).orElse(null);
        if (session == null || !session.enter()) {
            return new Result.Now(new ShardAnswer.NoSession("session " + number + " is over"));
        }
        return inSession(call, number, session, () -> {
            if (session.takenBytes() != offsetBytes) {
                return new Result.Now(
                        new ShardAnswer.NoSession(session.takenBytes() + " bytes were taken, not " + offsetBytes));
            }
            return take(session, call.body());
        });
    }

    private static Result take(Session session, ByteBuffer bytes) {
        int length = bytes.remaining();
        if (session.takenBytes() + length > ShardStore.SHARD_BYTES_MAX) {
            return misused("a value has at most 64 MiB");
        }
        if (length > 0 && !session.writer().append(bytes)) {
            var why = session.writer().seal();
            return why instanceof ShardStore.Sealed.Accepted
                    ? new Result.Now(new ShardAnswer.Fenced("the disk refused the value"))
                    : Result.of(why);
        }
        session.took(length);
        return new Result.Now(new ShardAnswer.Taken());
    }

    Result seal(Received call, long number, long lengthBytes) {
        var session = sessions.find(call.connection(), number).orElse(null);
        if (session == null || !session.enter()) {
            return new Result.Now(new ShardAnswer.NoSession("session " + number + " is over"));
        }
        return inSession(call, number, session, () -> {
            if (session.takenBytes() != lengthBytes || lengthBytes == 0) {
                return new Result.Now(
                        new ShardAnswer.NoSession(session.takenBytes() + " bytes were taken, not " + lengthBytes));
            }
            return Result.of(session.writer().seal());
        });
    }

    /// Serves a message of a session that was entered; the session goes on only if the message's bytes were
    /// taken.
    private Result inSession(Received call, long number, Session session, Supplier<Result> serve) {
        boolean goesOn = false;
        try {
            var result = inTurn(session.target(), serve);
            goesOn = result instanceof Result.Now(ShardAnswer.Taken _);
            return result;
        } finally {
            if (!goesOn) {
                sessions.end(call.connection(), number);
            }
            session.leave(clock.monotonicNanos());
        }
    }
}

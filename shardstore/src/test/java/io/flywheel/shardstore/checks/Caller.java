package io.flywheel.shardstore.checks;

import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.shardstore.checks.Timeline.Call;
import io.flywheel.shardstore.checks.Timeline.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// One caller of a store: makes the calls of its list and notes what they came to.
final class Caller {
    /// A delete may meet a full disk; so many steps of reclamation must get it through.
    private static final int RECLAIM_STEPS_MAX = 40;

    private final Life life;
    private final List<Call> mine = new ArrayList<>();
    private Optional<ShardStore.Located> located = Optional.empty();
    private int locatedKey;

    Caller(Life life) {
        this.life = life;
    }

    void run(Op.Call op) {
        switch (op) {
            case Op.Put(int key, int bytes) -> {
                var value = life.values.create(key, bytes);
                if (value != null) {
                    write(key, Kind.PUT, () -> life.store.put(Values.shard(key), ByteBuffer.wrap(value)));
                }
            }
            case Op.PutStream stream -> stream(stream);
            case Op.Delete(int key) -> write(key, Kind.DELETE, () -> delete(key));
            case Op.Get(int key, int from, int length) -> life.get(key, from, length);
            case Op.Locate(int key) -> {
                located = life.locate(key);
                locatedKey = key;
            }
            case Op.ReadLocated(int from, int length) ->
                located.ifPresent(found -> life.read(found, locatedKey, from, length));
            case Op.Length(int key) -> life.length(key);
            case Op.Listing(int from, int limit) -> life.list(Values.shard(from), limit);
            case Op.Flush() -> flush();
            case Op.Await() -> {
                mine.forEach(this::await);
                mine.clear();
            }
            case Op.Reclaim(int steps) -> {
                for (int step = 0; step < steps && life.store.reclaim(); step++) {
                    // The condition does the work.
                }
            }
            case Op.Close() -> {
                life.mayFence = true;
                life.store.close();
            }
        }
    }

    private void stream(Op.PutStream op) {
        var value = life.values.create(op.key(), op.bytes());
        if (value == null) {
            return;
        }
        try (var writer = life.store.open(Values.shard(op.key()))) {
            int at = 0;
            for (int length : op.appends()) {
                writer.append(ByteBuffer.wrap(value, at, length));
                at += length;
            }
            if (op.seals()) {
                write(op.key(), Kind.PUT, writer::seal);
            }
        }
    }

    private ShardStore.Sealed delete(int key) {
        var sealed = life.store.delete(Values.shard(key));
        for (int step = 0; step < RECLAIM_STEPS_MAX && sealed instanceof ShardStore.Sealed.Full; step++) {
            life.store.reclaim();
            sealed = life.store.delete(Values.shard(key));
        }
        return sealed;
    }

    private void write(int key, Kind kind, Supplier<ShardStore.Sealed> write) {
        var call = life.timeline.begin(key, kind);
        switch (write.get()) {
            case ShardStore.Sealed.Accepted(var dependency) -> {
                call.dependency = dependency;
                mine.add(call);
                life.mirror.ifPresent(mirror -> reflect(mirror, key, kind));
            }
            case ShardStore.Sealed.Full() -> {
                call.refused = true;
                if (kind == Kind.DELETE && !life.mayBeFull && !life.machine.isOff()) {
                    throw new CheckFailure("a delete met a full disk that reclamation does not help");
                }
            }
            case ShardStore.Sealed.Fenced(var reason) -> {
                call.refused = true;
                expectFenced(reason);
            }
        }
        life.timeline.end(call);
    }

    private void reflect(Mirror mirror, int key, Kind kind) {
        var value = life.values.find(key);
        if (kind == Kind.PUT && value != null) {
            mirror.put(Values.shard(key), value);
        } else {
            mirror.delete(Values.shard(key));
        }
    }

    private void expectFenced(String reason) {
        if (!life.mayFence && !life.mayBeCorrupt && !life.machine.isOff()) {
            throw new CheckFailure("the store is fenced: " + reason);
        }
    }

    private void await(Call call) {
        var dependency = call.dependency;
        if (dependency == null) {
            return;
        }
        switch (dependency.await()) {
            case Persisted.Safe() -> {
                life.timeline.persistent(call);
                if (!dependency.isPersistent()) {
                    throw new CheckFailure("a dependency that was waited for does not know that it is persistent");
                }
            }
            case Persisted.Lost(var reason) -> expectFenced(reason);
        }
    }

    private void flush() {
        var before = life.timeline.accepted();
        switch (life.store.flush().await()) {
            case Persisted.Safe() -> {
                before.forEach(this::expectPersistent);
                life.mirror.ifPresent(Mirror::flush);
            }
            case Persisted.Lost(var reason) -> expectFenced(reason);
        }
    }

    private void expectPersistent(Call call) {
        life.timeline.persistent(call);
        var dependency = call.dependency;
        if (dependency != null && !dependency.isPersistent()) {
            throw new CheckFailure("a flush ended before " + call + " was persistent");
        }
    }
}

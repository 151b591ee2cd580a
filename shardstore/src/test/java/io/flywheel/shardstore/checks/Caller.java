package io.flywheel.shardstore.checks;

import io.flywheel.base.ShardId;
import io.flywheel.shardstore.Dependency;
import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.shardstore.checks.Timeline.Call;
import io.flywheel.shardstore.checks.Timeline.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// One caller of a store: makes the calls of its list and notes what they came to.
final class Caller {
    /// A delete may meet a full disk; so many steps of reclamation must get it through.
    private static final int RECLAIM_STEPS_MAX = 40;

    private static final int SETTLE_STEPS_MAX = 500;

    /// So many look-ups are held open.
    private static final int HELD_MAX = 8;

    private final Life life;
    private final List<Call> mine = new ArrayList<>();
    private final ArrayDeque<Held> held;

    /// A look-up that is kept.
    record Held(int key, ShardStore.Located located) {}

    /// What a write waits for.
    private record After(List<Call> writes, List<Elsewhere> promises) {
        static final After NOTHING = new After(List.of(), List.of());

        Optional<Dependency> dependency() {
            return Stream.concat(writes.stream().map(Caller::dependency), promises.stream())
                    .reduce(Dependency::and);
        }

        boolean isBroken() {
            return promises.stream().anyMatch(Elsewhere::isBroken);
        }
    }

    Caller(Life life) {
        this(life, new ArrayDeque<>());
    }

    /// @param held look-ups of another caller that makes no calls meanwhile
    Caller(Life life, ArrayDeque<Held> held) {
        this.life = life;
        this.held = held;
    }

    ArrayDeque<Held> held() {
        return held;
    }

    private static Dependency dependency(Call call) {
        var dependency = call.dependency;
        if (dependency == null) {
            throw new IllegalStateException("the write was accepted");
        }
        return dependency;
    }

    void run(Op.Call op) {
        switch (op) {
            case Op.Write write -> write(write, After.NOTHING);
            case Op.After(var writes, var promises, var write) -> write(write, after(writes, promises));
            case Op.PutAll(var puts) -> putAll(puts);
            case Op.DeleteAll(var keys) ->
                write(
                        keys,
                        Kind.DELETE,
                        After.NOTHING,
                        () -> deleteAll(keys.stream().map(Values::shard).toList()));
            case Op.Fill(int key, int puts, int bytes) -> fill(key, puts, bytes);
            case Op.Get(int key, int from, int length) -> life.get(key, from, length);
            case Op.Locate(int key) -> life.locate(key).ifPresent(located -> hold(new Held(key, located)));
            case Op.ReadLocated(int from, int length) ->
                held.forEach(one -> life.read(one.located(), one.key(), from, length));
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

    private void hold(Held one) {
        held.addLast(one);
        if (held.size() > HELD_MAX) {
            held.removeFirst();
        }
    }

    private After after(List<Integer> writes, List<Op.Promise> promises) {
        var accepted = life.timeline.accepted();
        var on = accepted.isEmpty()
                ? List.<Call>of()
                : writes.stream()
                        .map(back -> accepted.get(accepted.size() - 1 - back % accepted.size()))
                        .toList();
        return new After(
                on,
                promises.stream()
                        .map(promise -> new Elsewhere(promise, life.pause))
                        .toList());
    }

    private void write(Op.Write op, After after) {
        switch (op) {
            case Op.Put(int key, int bytes) -> put(key, bytes, after);
            case Op.PutStream stream -> stream(stream, after);
            case Op.Delete(int key) -> write(List.of(key), Kind.DELETE, after, () -> delete(key, after));
        }
    }

    /// False when it was refused.
    private boolean put(int key, int bytes, After after) {
        var value = life.values.create(key, bytes);
        if (value == null) {
            return true;
        }
        var shard = Values.shard(key);
        return write(
                List.of(key),
                Kind.PUT,
                after,
                () -> after.dependency()
                        .map(dependency -> life.store.put(shard, ByteBuffer.wrap(value), dependency))
                        .orElseGet(() -> life.store.put(shard, ByteBuffer.wrap(value))));
    }

    private void fill(int key, int puts, int bytes) {
        for (int index = 0; index < puts && put(key + index, bytes, After.NOTHING); index++) {
            // The condition does the work.
        }
    }

    /// Deletes everything that is listed and reclaims until nothing is left to do.
    void regain() {
        for (var shard : life.list(Values.shard(0), Integer.MAX_VALUE)) {
            if (life.machine.isOff()) {
                return;
            }
            write(new Op.Delete(Values.key(shard)), After.NOTHING);
        }
        flush();
        settle();
        life.expectSpace();
    }

    /// Reclaims until nothing is left to do.
    void settle() {
        int steps = 0;
        while (life.store.reclaim()) {
            if (++steps > SETTLE_STEPS_MAX) {
                throw new CheckFailure("reclamation goes on for ever while nobody writes");
            }
        }
    }

    private void putAll(List<Op.Put> puts) {
        var keys = new ArrayList<Integer>();
        var values = new ArrayList<ShardStore.Put>();
        for (var put : puts) {
            var value = life.values.create(put.key(), put.bytes());
            if (value != null) {
                keys.add(put.key());
                values.add(new ShardStore.Put(Values.shard(put.key()), ByteBuffer.wrap(value)));
            }
        }
        write(keys, Kind.PUT, After.NOTHING, () -> life.store.putAll(values));
    }

    private void stream(Op.PutStream op, After after) {
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
                write(
                        List.of(op.key()),
                        Kind.PUT,
                        after,
                        () -> after.dependency().map(writer::seal).orElseGet(writer::seal));
            }
        }
    }

    private ShardStore.Sealed delete(int key, After after) {
        var shard = Values.shard(key);
        return makingRoom(() -> after.dependency()
                .map(dependency -> life.store.delete(shard, dependency))
                .orElseGet(() -> life.store.delete(shard)));
    }

    private ShardStore.Sealed deleteAll(List<ShardId> shards) {
        return makingRoom(() -> life.store.deleteAll(shards));
    }

    private ShardStore.Sealed makingRoom(Supplier<ShardStore.Sealed> delete) {
        var sealed = delete.get();
        for (int step = 0; step < RECLAIM_STEPS_MAX && sealed instanceof ShardStore.Sealed.Full; step++) {
            life.store.reclaim();
            sealed = delete.get();
        }
        return sealed;
    }

    /// False when it was refused. A refused call of several keys may have changed the first of them.
    private boolean write(List<Integer> keys, Kind kind, After after, Supplier<ShardStore.Sealed> write) {
        var calls = life.timeline.begin(keys, kind);
        for (var call : calls) {
            call.after = after.writes();
            call.promises = after.promises();
        }
        var sealed = write.get();
        switch (sealed) {
            case ShardStore.Sealed.Accepted(var dependency) -> {
                if (after.isBroken()) {
                    throw new CheckFailure("a write was accepted although what it depends on was lost: " + calls);
                }
                calls.forEach(call -> call.dependency = dependency);
                mine.addAll(calls);
                life.mirror.ifPresent(mirror -> keys.forEach(key -> reflect(mirror, key, kind)));
            }
            case ShardStore.Sealed.Full() -> {
                // What damage keeps from being reclaimed may be all there is.
                boolean isKept = (life.mayBeCorrupt || life.mayFailReads) && life.machine.reportedDamage();
                if (kind == Kind.DELETE && !life.mayBeFull && !life.machine.isOff() && !isKept) {
                    throw new CheckFailure("a delete met a full disk that reclamation does not help");
                }
            }
            case ShardStore.Sealed.Fenced(var reason) -> {
                if (!after.isBroken()) {
                    expectFenced(reason);
                }
            }
        }
        boolean accepted = sealed instanceof ShardStore.Sealed.Accepted;
        if (accepted || keys.size() == 1) {
            calls.forEach(call -> call.refused = !accepted);
            life.timeline.end(calls);
        } else {
            life.mirror.ifPresent(
                    mirror -> mirror.adopt(keys.stream().map(Values::shard).toList(), kind == Kind.PUT, life));
        }
        return accepted;
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

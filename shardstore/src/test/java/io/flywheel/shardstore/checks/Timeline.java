package io.flywheel.shardstore.checks;

import io.flywheel.shardstore.Dependency;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What callers saw of each key, call by call, life by life.
final class Timeline {
    enum Kind {
        PUT,
        DELETE,
        PRESENT,
        ABSENT
    }

    /// One call, as one key knows it. Without an end the caller never learned what it came to.
    static final class Call {
        static final long NEVER = Long.MAX_VALUE;

        final int key;
        final Kind kind;
        final long begin;
        long end = NEVER;
        /// The store said that nothing happened.
        boolean refused;
        /// A crash after this life may not undo it.
        boolean persistent;
        /// When the caller learned that.
        long persistentAt = NEVER;

        @Nullable
        Dependency dependency;

        /// What must be persistent before it.
        List<Call> after = List.of();

        List<Elsewhere> promises = List.of();

        Call(int key, Kind kind, long begin) {
            this.key = key;
            this.kind = kind;
            this.begin = begin;
        }

        boolean isChange() {
            return kind == Kind.PUT || kind == Kind.DELETE;
        }

        @Override
        public String toString() {
            return kind + "[" + begin + ".." + (end == NEVER ? "" : end) + (refused ? " refused" : "")
                    + (persistent ? " persistent" : "") + (after.isEmpty() ? "" : " after " + after) + "]";
        }
    }

    private final TreeMap<Integer, List<Call>> calls = new TreeMap<>();
    private final TreeMap<Integer, List<String>> past = new TreeMap<>();
    /// What each key may be at the start of this life.
    private final TreeMap<Integer, Linearization.States> states = new TreeMap<>();
    private final List<Call> changes = new ArrayList<>();
    private final Consequences consequences = new Consequences();
    private long now;

    long now() {
        return now++;
    }

    /// One call that changes several keys: each by itself, somewhere between the common begin and the end.
    List<Call> begin(List<Integer> keys, Kind kind) {
        long begin = now++;
        var begun = new ArrayList<Call>();
        for (int key : keys) {
            var call = new Call(key, kind, begin);
            calls.computeIfAbsent(key, _ -> new ArrayList<>()).add(call);
            changes.add(call);
            begun.add(call);
        }
        return begun;
    }

    void end(List<Call> ended) {
        long end = now++;
        ended.forEach(call -> call.end = end);
    }

    /// Notes whether a key was there at some moment since {@code begin}.
    void saw(int key, boolean present, long begin) {
        var call = new Call(key, present ? Kind.PRESENT : Kind.ABSENT, begin);
        call.end = now++;
        calls.computeIfAbsent(key, _ -> new ArrayList<>()).add(call);
    }

    void persistent(Call call) {
        if (!call.persistent) {
            call.persistent = true;
            call.persistentAt = now++;
        }
    }

    /// The writes of this life that were accepted so far.
    List<Call> accepted() {
        return changes.stream().filter(call -> call.dependency != null).toList();
    }

    /// Ends a life: throws when no order of its calls explains what was seen.
    ///
    /// @param clean whether everything that was accepted is persistent
    /// @param damaged whether the disk lied: then the last that it took may be gone, since nothing that came after
    /// proves that it was there; nor does the first frame of an extent for the extent before
    void endLife(boolean clean, boolean damaged) {
        for (var call : changes) {
            var dependency = call.dependency;
            if (dependency != null && dependency.isPersistent()) {
                persistent(call);
            }
            if (clean && dependency != null && !call.persistent) {
                throw new CheckFailure("a write was accepted and is not persistent after an orderly shutdown: " + call);
            }
        }
        changes.forEach(Timeline::expectOrder);
        if (damaged && !clean) {
            long proven = provenUntil(provenUntil(Call.NEVER));
            changes.forEach(call -> call.persistent &= call.persistentAt < proven);
        }
        consequences.narrow(calls, states);
        if (damaged) {
            consequences.forget();
        } else if (!clean) {
            consequences.of(changes, calls, states);
        }
        calls.forEach((key, list) -> {
            var before = states.getOrDefault(key, Linearization.States.ABSENT);
            var after = Linearization.of(list, before);
            if (after.isEmpty()) {
                throw new CheckFailure("no order explains what was seen of key " + key + " which was " + before
                        + " when this life began: " + list + "; before: " + past.getOrDefault(key, List.of()));
            }
            states.put(key, after.get());
            past.computeIfAbsent(key, _ -> new ArrayList<>()).add(list + " left " + after.get());
        });
        calls.clear();
        changes.clear();
    }

    /// A write may not be persistent before what it depends on.
    private static void expectOrder(Call call) {
        var dependency = call.dependency;
        if (dependency == null || !dependency.isPersistent()) {
            return;
        }
        boolean inOrder = call.promises.stream().allMatch(Elsewhere::isPersistent)
                && call.after.stream()
                        .allMatch(earlier -> earlier.dependency != null && earlier.dependency.isPersistent());
        if (!inOrder) {
            throw new CheckFailure("a write is persistent before what it depends on: " + call);
        }
    }

    /// When the last put began that was persistent before {@code until}: its frame says that everything before was.
    private long provenUntil(long until) {
        return changes.stream()
                .filter(call -> call.persistent && call.kind == Kind.PUT && call.persistentAt < until)
                .mapToLong(call -> call.begin)
                .max()
                .orElse(-1);
    }

    /// After damage that was reported, any key may be gone, and one that was deleted may be back.
    void doubtEverything() {
        states.replaceAll((key, before) -> Linearization.States.EITHER);
        consequences.forget();
    }
}

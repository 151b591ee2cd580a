package io.flywheel.shardstore.checks;

import io.flywheel.shardstore.checks.Linearization.States;
import io.flywheel.shardstore.checks.Timeline.Call;
import io.flywheel.shardstore.checks.Timeline.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What survives a crash says what else must have: a write that is there was persistent, and so was everything that
/// it depends on. Keys are checked one by one; this is what holds between them.
final class Consequences {
    private final List<Consequence> open = new ArrayList<>();

    /// When {@code effect} is seen in the next life, {@code cause} was persistent.
    ///
    /// @param states what the key of the cause may be then; empty when the effect may not be seen at all
    private record Consequence(Call effect, String cause, int causeKey, Optional<States> states) {
        /// Whether the calls of a life show that the effect survived, before anything was changed again.
        boolean isSeen(List<Call> calls) {
            long changed = calls.stream()
                    .filter(Call::isChange)
                    .mapToLong(call -> call.begin)
                    .min()
                    .orElse(Call.NEVER);
            var seen = effect.kind == Kind.PUT ? Kind.PRESENT : Kind.ABSENT;
            return calls.stream().anyMatch(call -> call.kind == seen && call.end < changed);
        }
    }

    /// Notes what follows from the writes of a life that a crash ends.
    ///
    /// @param states what each key was when the life began
    void of(List<Call> changes, Map<Integer, List<Call>> calls, Map<Integer, States> states) {
        for (var effect : changes) {
            if (effect.refused || !isRecognisable(effect, calls.getOrDefault(effect.key, List.of()), states)) {
                continue;
            }
            for (var cause : effect.after) {
                var list = calls.getOrDefault(cause.key, List.of());
                boolean before = cause.persistent;
                cause.persistent = true;
                var left = Linearization.of(list, states.getOrDefault(cause.key, States.ABSENT));
                cause.persistent = before;
                if (left.isPresent() && left.get() != States.EITHER) {
                    open.add(new Consequence(effect, "key " + cause.key + " " + cause, cause.key, left));
                }
            }
            if (!effect.promises.stream().allMatch(Elsewhere::isPersistent)) {
                open.add(new Consequence(effect, "a promise that nobody kept", effect.key, Optional.empty()));
            }
        }
    }

    /// Whether nothing else can have made what it makes: a key is put once; of a delete, that is known when the
    /// key was there and nothing else removed it.
    private static boolean isRecognisable(Call effect, List<Call> calls, Map<Integer, States> states) {
        if (effect.kind == Kind.PUT) {
            return true;
        }
        var others =
                calls.stream().filter(call -> call.isChange() && call != effect).toList();
        var without = Linearization.of(others, states.getOrDefault(effect.key, States.ABSENT));
        return without.equals(Optional.of(States.PRESENT));
    }

    /// Narrows what keys were at the beginning of a life that has ended by what was seen in it.
    void narrow(Map<Integer, List<Call>> calls, Map<Integer, States> states) {
        var left = new ArrayList<Consequence>();
        for (var consequence : open) {
            var effect = calls.getOrDefault(consequence.effect().key, List.of());
            if (consequence.isSeen(effect)) {
                var before = states.getOrDefault(consequence.causeKey(), States.ABSENT);
                var after = consequence.states().flatMap(before::and);
                if (after.isEmpty()) {
                    throw new CheckFailure(
                            "key " + consequence.effect().key + " survived without " + consequence.cause());
                }
                expect(consequence, after.get(), calls.getOrDefault(consequence.causeKey(), List.of()));
                states.put(consequence.causeKey(), after.get());
            } else if (isUntouched(effect) && isUntouched(calls.getOrDefault(consequence.causeKey(), List.of()))) {
                left.add(consequence);
            }
        }
        open.clear();
        open.addAll(left);
    }

    private static void expect(Consequence consequence, States states, List<Call> calls) {
        if (Linearization.of(calls, states).isEmpty()) {
            throw new CheckFailure("key " + consequence.effect().key + " survived without " + consequence.cause());
        }
    }

    private static boolean isUntouched(List<Call> calls) {
        return calls.stream().noneMatch(Call::isChange);
    }

    void forget() {
        open.clear();
    }
}

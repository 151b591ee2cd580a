package io.flywheel.shardstore.checks;

import io.flywheel.shardstore.checks.Timeline.Call;
import io.flywheel.shardstore.checks.Timeline.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Looks for an order of the calls on one key, each somewhere between its begin and its end, that explains what
/// they returned: the search of Wing and Gong (1993), call by call in the order of their ends (Lowe 2017). Keys are
/// independent, so each is checked by itself.
///
/// A crash may undo what was not persistent: the state that it leaves is that after some beginning of the order
/// that holds every persistent write (buffered durable linearizability: Izraelevitz, Mendes, Scott 2016).
final class Linearization {
    /// Whether a key may be there, or not, or either.
    enum States {
        ABSENT,
        PRESENT,
        EITHER;

        boolean allow(boolean present) {
            return this == EITHER || this == (present ? PRESENT : ABSENT);
        }

        static States of(boolean present) {
            return present ? PRESENT : ABSENT;
        }

        /// Empty when nothing is both.
        Optional<States> and(States other) {
            return this == EITHER
                    ? Optional.of(other)
                    : other == EITHER || other == this ? Optional.of(this) : Optional.empty();
        }

        States or(States other) {
            return this == other ? this : EITHER;
        }
    }

    /// Where a search may be.
    ///
    /// @param present what readers see
    /// @param durable what a crash now may leave
    /// @param done of the calls that have begun and not ended, those that took effect
    private record Place(boolean present, States durable, Set<Call> done) {}

    private final List<Call> open = new ArrayList<>();
    private Set<Place> places = new HashSet<>();

    private Linearization() {}

    /// What the key may be when the life has ended; empty when nothing explains the calls.
    static Optional<States> of(List<Call> calls, States before) {
        if (isSequence(calls)) {
            var quick = inSequence(calls, before);
            if (quick.isPresent()) {
                return quick;
            }
        }
        var search = new Linearization();
        for (boolean present : new boolean[] {false, true}) {
            if (before.allow(present)) {
                search.places.add(new Place(present, States.of(present), Set.of()));
            }
        }
        record Event(long at, Call call, boolean begins) {}
        var events = new ArrayList<Event>();
        for (var call : calls) {
            if (!call.refused) {
                events.add(new Event(call.begin, call, true));
                if (call.end != Call.NEVER) {
                    events.add(new Event(call.end, call, false));
                }
            }
        }
        events.sort((one, other) -> Long.compare(one.at(), other.at()));
        for (var event : events) {
            if (event.begins()) {
                search.open.add(event.call());
            } else {
                search.end(event.call());
            }
        }
        return search.atTheEnd();
    }

    private static boolean isSequence(List<Call> calls) {
        long end = -1;
        for (var call : calls) {
            if (call.begin < end || call.end == Call.NEVER) {
                return false;
            }
            end = call.end;
        }
        return true;
    }

    /// The same for calls of which none overlaps another, where the state before is known.
    private static Optional<States> inSequence(List<Call> calls, States before) {
        var present = before;
        var durable = before;
        for (var call : calls) {
            if (call.refused) {
                continue;
            }
            switch (call.kind) {
                case PUT, DELETE -> {
                    present = States.of(call.kind == Kind.PUT);
                    durable = call.persistent ? present : durable.or(present);
                }
                case PRESENT, ABSENT -> {
                    boolean seen = call.kind == Kind.PRESENT;
                    if (present == States.EITHER) {
                        if (durable != States.EITHER || before != States.EITHER) {
                            return Optional.empty();
                        }
                        durable = States.of(seen);
                    } else if (!present.allow(seen)) {
                        return Optional.empty();
                    }
                    present = States.of(seen);
                }
            }
        }
        return Optional.of(durable);
    }

    private void end(Call call) {
        var reached = new HashSet<Place>();
        var seen = new HashSet<Place>();
        for (var place : places) {
            explore(place, call, reached, seen);
        }
        open.remove(call);
        places = reached;
    }

    /// Collects every place at which {@code call} took effect, without it among those that are open.
    private void explore(Place place, Call call, Set<Place> reached, Set<Place> seen) {
        if (!seen.add(place)) {
            return;
        }
        if (place.done().contains(call)) {
            var done = new HashSet<>(place.done());
            done.remove(call);
            reached.add(new Place(place.present(), place.durable(), done));
            return;
        }
        for (var next : open) {
            if (!place.done().contains(next)) {
                apply(next, place).ifPresent(after -> explore(after, call, reached, seen));
            }
        }
    }

    private static Optional<Place> apply(Call call, Place place) {
        return switch (call.kind) {
            case PUT -> Optional.of(changed(call, place, true));
            case DELETE -> Optional.of(changed(call, place, false));
            case PRESENT -> place.present() ? Optional.of(done(call, place)) : Optional.empty();
            case ABSENT -> place.present() ? Optional.empty() : Optional.of(done(call, place));
        };
    }

    private static Place changed(Call call, Place place, boolean present) {
        var after = States.of(present);
        return new Place(
                present,
                call.persistent ? after : place.durable().or(after),
                done(call, place).done());
    }

    private static Place done(Call call, Place place) {
        var done = new HashSet<>(place.done());
        done.add(call);
        return new Place(place.present(), place.durable(), done);
    }

    /// Calls that never ended took effect or not.
    private Optional<States> atTheEnd() {
        var all = new HashSet<Place>();
        var todo = new ArrayList<>(places);
        while (!todo.isEmpty()) {
            var place = todo.removeLast();
            if (all.add(place)) {
                for (var next : open) {
                    if (!place.done().contains(next)) {
                        apply(next, place).ifPresent(todo::add);
                    }
                }
            }
        }
        return all.stream()
                .filter(place -> open.stream()
                        .allMatch(call -> !call.persistent || place.done().contains(call)))
                .map(Place::durable)
                .reduce(States::or);
    }
}

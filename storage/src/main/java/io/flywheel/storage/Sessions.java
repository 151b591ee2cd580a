package io.flywheel.storage;

import io.flywheel.base.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// The streams that are written to one disk: bounded in number and in the time for which nobody adds to them,
/// since what they hold is kept from reclamation.
final class Sessions {
    private final ConcurrentSkipListMap<Key, Session> sessions = new ConcurrentSkipListMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final Clock clock;
    private final int max;
    private final long idleNanosMax;

    /// A caller's number is only its own: sessions of different connections have nothing in common.
    private record Key(long connection, long number) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparingLong(Key::connection).thenComparingLong(Key::number);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    Sessions(Clock clock, int max, Duration idleMax) {
        this.clock = clock;
        this.max = max;
        this.idleNanosMax = idleMax.toNanos();
    }

    /// Whether there may be one more; then {@link #add} or {@link #giveBack} must follow.
    boolean reserve() {
        if (count.incrementAndGet() <= max) {
            return true;
        }
        count.decrementAndGet();
        endIdle();
        if (count.incrementAndGet() <= max) {
            return true;
        }
        count.decrementAndGet();
        return false;
    }

    void giveBack() {
        count.decrementAndGet();
    }

    /// False when the number was used before: the session is not kept.
    boolean add(long connection, long number, Session session) {
        if (sessions.putIfAbsent(new Key(connection, number), session) == null) {
            return true;
        }
        giveBack();
        return false;
    }

    Optional<Session> find(long connection, long number) {
        return Optional.ofNullable(sessions.get(new Key(connection, number)));
    }

    /// Ends the session, if it is there.
    void end(long connection, long number) {
        end(new Key(connection, number));
    }

    private void end(Key key) {
        var session = sessions.remove(key);
        if (session != null) {
            count.decrementAndGet();
            session.end();
        }
    }

    void endAllOf(long connection) {
        var from = new Key(connection, Long.MIN_VALUE);
        var to = new Key(connection, Long.MAX_VALUE);
        List.copyOf(sessions.subMap(from, true, to, true).keySet()).forEach(this::end);
    }

    /// Ends those of a copyset that were begun under a lower epoch.
    void endBelow(int copyset, long epoch) {
        endWhere(session -> session.target().shard().block().copyset() == copyset
                && session.target().epoch() < epoch);
    }

    /// Ends those that nobody added to for too long.
    void endIdle() {
        long since = clock.monotonicNanos() - idleNanosMax;
        endWhere(session -> session.isIdleSince(since));
    }

    void endAll() {
        endWhere(_ -> true);
    }

    private void endWhere(Predicate<Session> ends) {
        var keys = new ArrayList<Key>();
        sessions.forEach((key, session) -> {
            if (ends.test(session)) {
                keys.add(key);
            }
        });
        keys.forEach(this::end);
    }

    int count() {
        return count.get();
    }
}

package io.flywheel.loadtest.definition;

import io.flywheel.loadtest.api.Feed;
import io.flywheel.loadtest.schedule.Mix;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;

/// A series of data, of which each execution gets an element.
public sealed interface Series {
    /// The element for the k-th execution of a transaction; empty when there is none any more.
    Optional<Object> element(long occurrence);

    /// Elements that are all known.
    record Listed(List<?> elements, Feed.Order order, long seed) implements Series {
        public Listed {
            elements = List.copyOf(elements);
        }

        @Override
        public Optional<Object> element(long occurrence) {
            if (elements.isEmpty()) {
                return Optional.empty();
            }
            int size = elements.size();
            int at = switch (order) {
                case SEQUENTIAL -> (int) (occurrence % size);
                case SHUFFLED -> (int) new Permutation(Mix.of(seed, occurrence / size), size).at(occurrence % size);
                case RANDOM -> new SplittableRandom(Mix.of(seed, occurrence)).nextInt(size);
            };
            return Optional.of(elements.get(at));
        }
    }

    /// Elements that are made when they are asked for.
    final class Made implements Series {
        private final Iterator<?> iterator;
        private final ReentrantLock lock = new ReentrantLock();

        public Made(Iterator<?> iterator) {
            this.iterator = iterator;
        }

        @Override
        public Optional<Object> element(long occurrence) {
            lock.lock();
            try {
                return iterator.hasNext() ? Optional.ofNullable(iterator.next()) : Optional.empty();
            } finally {
                lock.unlock();
            }
        }
    }
}

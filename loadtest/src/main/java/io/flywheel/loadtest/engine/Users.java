package io.flywheel.loadtest.engine;

import io.flywheel.loadtest.api.User;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// The users of a process: each does one thing at a time; who is free longest is next, and a new one comes only where
/// none is free.
final class Users {
    private final ConcurrentLinkedQueue<Person> free = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    Person take() {
        Person waiting = free.poll();
        return waiting != null ? waiting : new Person(count.getAndIncrement());
    }

    void giveBack(Person person) {
        free.add(person);
    }

    static final class Person implements User {
        private final int number;
        private final Map<Class<?>, Object> states = new HashMap<>();

        private Person(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }

        @Override
        public <T> T state(Class<T> type, Supplier<T> fresh) {
            Object known = states.get(type);
            if (known == null) {
                known = fresh.get();
                states.put(type, known);
            }
            return type.cast(known);
        }

        @Override
        public void forget() {
            states.clear();
        }
    }
}

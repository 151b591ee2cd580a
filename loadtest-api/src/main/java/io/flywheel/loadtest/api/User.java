package io.flywheel.loadtest.api;

import java.util.function.Supplier;

/// Somebody who does one transaction after another: a session, a cart, a connection of its own.
public interface User {
    /// From 0, unique in its process.
    int number();

    /// What this user keeps under a type; {@code fresh} makes it where there is none yet.
    <T> T state(Class<T> type, Supplier<T> fresh);

    /// Drops everything: the user is a new one.
    void forget();
}

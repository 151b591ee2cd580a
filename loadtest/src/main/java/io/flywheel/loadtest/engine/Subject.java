package io.flywheel.loadtest.engine;

import static io.flywheel.base.Check.check;

import java.time.Duration;

/// A transaction as the engine sees it.
public record Subject(String name, Body body, Duration timeout) {
    public Subject {
        check(!name.isEmpty() && name.indexOf('/') < 0, "a transaction's name has no slash");
        check(timeout.isPositive(), "a timeout is positive");
    }
}

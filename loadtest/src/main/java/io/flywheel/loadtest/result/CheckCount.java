package io.flywheel.loadtest.result;

import java.io.Serializable;

/// How often a check held, and how often not.
public record CheckCount(long passed, long failed) implements Serializable {
    CheckCount plus(CheckCount other) {
        return new CheckCount(passed + other.passed, failed + other.failed);
    }
}

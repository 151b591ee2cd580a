package io.flywheel.loadtest.result;

/// How often a check held, and how often not.
public record CheckCount(long passed, long failed) {
    CheckCount plus(CheckCount other) {
        return new CheckCount(passed + other.passed, failed + other.failed);
    }
}

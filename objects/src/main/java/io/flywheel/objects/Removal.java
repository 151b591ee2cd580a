package io.flywheel.objects;

/// What removing blocks came to.
public sealed interface Removal {
    /// They are gone, and stay gone after a crash.
    record Removed() implements Removal {}

    /// Some may still be there; removing them again is fine.
    record Failed(String reason) implements Removal {}
}

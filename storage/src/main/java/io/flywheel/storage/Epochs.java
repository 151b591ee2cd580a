package io.flywheel.storage;

/// The epoch that a writer believes each copyset to be at.
public interface Epochs {
    /// For who has no copysets that move.
    Epochs FIRST = _ -> 0;

    long of(int copyset);
}

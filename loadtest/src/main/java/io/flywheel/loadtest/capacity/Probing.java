package io.flywheel.loadtest.capacity;

/// Measures a service at one rate. It may end early: at the first threshold that can no longer be held, or when the
/// backlog grows.
public interface Probing {
    /// @param perSecond arrivals
    Probe probe(double perSecond) throws InterruptedException;
}

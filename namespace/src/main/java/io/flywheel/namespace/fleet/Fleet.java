package io.flywheel.namespace.fleet;

/// The fleet map as services see it. Thread-safe.
public interface Fleet extends AutoCloseable {
    /// The newest state that is persistent. Whoever acts on it names the epochs it saw: disks refuse older
    /// ones.
    FleetMap map();

    /// Changes the map. Atomic; persistent when anything but a refusal is returned. An exception leaves it
    /// unknown whether the change was made: the same command, under the same request id, may be sent again.
    FleetOutcome apply(FleetCommand command);

    @Override
    void close();
}

package io.flywheel.namespace.fleet;

/// What a change of the fleet map came to. A refusal leaves the map as it was, and is not remembered.
public sealed interface FleetOutcome {
    record Done() implements FleetOutcome {}

    /// A slot changed.
    ///
    /// @param epoch that its copyset has now
    record SlotChanged(int epoch) implements FleetOutcome {}

    record LeaseOpened(long lease) implements FleetOutcome {}

    /// @param detail for the operator
    record Refused(Refusal refusal, String detail) implements FleetOutcome {}

    /// Why nothing was done.
    enum Refusal {
        NO_SUCH_DISK,
        DISK_EXISTS,
        /// It was given up; its name is never used again.
        DISK_REMOVED,
        /// Slots name it.
        DISK_IN_USE,
        /// It is not there or takes no slots.
        DISK_UNFIT,
        NO_SUCH_COPYSET,
        NO_SUCH_SLOT,
        /// The map has changed since this was decided.
        STALE,
        ALREADY_MOVING,
        NOT_MOVING,
        /// A disk twice, or a domain with more slots than may be lost.
        CROWDED,
        NO_SUCH_LEASE,
        LEVEL_LOWER,
        TOO_MANY,
        INVALID,
        /// The map cannot be written: nothing is known to be persistent any more.
        UNAVAILABLE
    }
}

/// Which disks there are and what lies on them together: the fleet map, a deterministic state machine of its
/// own beside the one of buckets and keys. {@link io.flywheel.namespace.fleet.FleetMap} is one state of it,
/// {@link io.flywheel.namespace.fleet.FleetCommand} what changes it, {@link
/// io.flywheel.namespace.fleet.FleetOutcome} what a change came to, and {@link
/// io.flywheel.namespace.fleet.Fleet} the contract.
@NullMarked
package io.flywheel.namespace.fleet;

import org.jspecify.annotations.NullMarked;

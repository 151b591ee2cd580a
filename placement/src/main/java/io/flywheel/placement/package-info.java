/// Where blocks go, and what that means for their survival. Pure: snapshots and random numbers in, choices and numbers
/// out; the same seed gives the same choice.
///
/// {@link io.flywheel.placement.Snapshot} is the fleet at one moment. {@link io.flywheel.placement.CopysetLayout} makes
/// its copysets and follows its changes, {@link io.flywheel.placement.Choice} picks one for a new block,
/// {@link io.flywheel.placement.ReadPlan} orders the shards of a block for a read, and
/// {@link io.flywheel.placement.StorageSchemes} decides how redundant each storage class is.
/// {@link io.flywheel.placement.Durability} estimates what all that is worth.
@NullMarked
package io.flywheel.placement;

import org.jspecify.annotations.NullMarked;

/// What every part of Flywheel stands on: identifiers, units, checks, checksums, and the ports through which everything
/// nondeterministic comes: {@link io.flywheel.base.Disk}, {@link io.flywheel.base.Clock},
/// {@link io.flywheel.base.Random}, {@link io.flywheel.base.Tasks} and {@link io.flywheel.base.Transport}. Their real
/// forms are in {@code real}, the forms that replay a whole run from one seed in {@code simulated};
/// {@link io.flywheel.base.Loopback} is a transport for both.
@NullMarked
package io.flywheel.base;

import org.jspecify.annotations.NullMarked;

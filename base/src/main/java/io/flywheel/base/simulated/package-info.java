/// The simulated forms of the ports.
@NullMarked
package io.flywheel.base.simulated;

import org.jspecify.annotations.NullMarked;

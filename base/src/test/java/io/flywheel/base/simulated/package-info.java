@NullMarked
package io.flywheel.base.simulated;

import org.jspecify.annotations.NullMarked;

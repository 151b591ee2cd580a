@NullMarked
package io.flywheel.placement;

import org.jspecify.annotations.NullMarked;

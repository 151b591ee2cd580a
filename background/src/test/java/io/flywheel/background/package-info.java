@NullMarked
package io.flywheel.background;

import org.jspecify.annotations.NullMarked;

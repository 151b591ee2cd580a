@NullMarked
package io.flywheel.loadtest.capacity;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.flywheel.loadtest.bundle;

import org.jspecify.annotations.NullMarked;

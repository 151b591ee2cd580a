@NullMarked
package io.flywheel.loadtest.fleet;

import org.jspecify.annotations.NullMarked;

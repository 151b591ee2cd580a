@NullMarked
package io.flywheel.loadtest.canary;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.flywheel.loadtest.schedule;

import org.jspecify.annotations.NullMarked;

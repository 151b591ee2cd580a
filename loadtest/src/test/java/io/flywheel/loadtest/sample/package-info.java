@NullMarked
package io.flywheel.loadtest.sample;

import org.jspecify.annotations.NullMarked;

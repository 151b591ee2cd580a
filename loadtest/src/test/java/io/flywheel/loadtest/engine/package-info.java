@NullMarked
package io.flywheel.loadtest.engine;

import org.jspecify.annotations.NullMarked;

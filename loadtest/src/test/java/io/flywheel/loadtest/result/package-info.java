@NullMarked
package io.flywheel.loadtest.result;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.flywheel.loadtest.export;

import org.jspecify.annotations.NullMarked;

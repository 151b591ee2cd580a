@NullMarked
package io.flywheel.loadtest.definition;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.flywheel.bench;

import org.jspecify.annotations.NullMarked;

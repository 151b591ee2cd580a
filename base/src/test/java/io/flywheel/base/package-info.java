@NullMarked
package io.flywheel.base;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.flywheel.base.real;

import org.jspecify.annotations.NullMarked;

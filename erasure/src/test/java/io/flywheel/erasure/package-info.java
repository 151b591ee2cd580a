@NullMarked
package io.flywheel.erasure;

import org.jspecify.annotations.NullMarked;

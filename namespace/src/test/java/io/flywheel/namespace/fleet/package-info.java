@NullMarked
package io.flywheel.namespace.fleet;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.flywheel.namespace.log;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.flywheel.namespace;

import org.jspecify.annotations.NullMarked;

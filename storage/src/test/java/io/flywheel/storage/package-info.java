@NullMarked
package io.flywheel.storage;

import org.jspecify.annotations.NullMarked;

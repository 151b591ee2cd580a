@NullMarked
package io.flywheel.loadtest.pack;

import org.jspecify.annotations.NullMarked;

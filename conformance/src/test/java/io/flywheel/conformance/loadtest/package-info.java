/// Load tests of the packaged server by its own command `loadtest`, both as child processes.
@NullMarked
package io.flywheel.conformance.loadtest;

import org.jspecify.annotations.NullMarked;

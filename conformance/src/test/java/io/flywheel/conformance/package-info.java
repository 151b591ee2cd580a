/// The packaged server as a child process, and what its tests share.
@NullMarked
package io.flywheel.conformance;

import org.jspecify.annotations.NullMarked;

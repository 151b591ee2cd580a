/// What the server keeps when it is killed, fills its disk or finds its bytes damaged.
@NullMarked
package io.flywheel.conformance.crash;

import org.jspecify.annotations.NullMarked;

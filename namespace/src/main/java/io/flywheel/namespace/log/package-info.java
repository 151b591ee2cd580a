/// The log of command batches on the extents of a disk.
@NullMarked
package io.flywheel.namespace.log;

import org.jspecify.annotations.NullMarked;

/// Where blocks go, and what that means for their survival. Pure: snapshots and numbers in, choices and numbers out.
@NullMarked
package io.flywheel.placement;

import org.jspecify.annotations.NullMarked;

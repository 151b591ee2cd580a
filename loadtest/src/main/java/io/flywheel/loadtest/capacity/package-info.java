/// How much a service can take: the search for the highest rate that holds the thresholds, over whatever measures one
/// rate ({@link io.flywheel.loadtest.capacity.Probing}). Pure: no clock, no threads.
@NullMarked
package io.flywheel.loadtest.capacity;

import org.jspecify.annotations.NullMarked;

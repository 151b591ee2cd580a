/// What built-in transactions look like to the rest: a {@link io.flywheel.loadtest.pack.Pack} reads its section of the
/// run file and makes a {@link io.flywheel.loadtest.engine.Workload}.
@NullMarked
package io.flywheel.loadtest.pack;

import org.jspecify.annotations.NullMarked;

/// Jars with transactions of teams. A {@link io.flywheel.loadtest.bundle.BundleJar} finds annotated classes without
/// loading them and checks the jar against the API. A process of its own, {@link
/// io.flywheel.loadtest.bundle.BundleProcess}, loads it where it sees nothing of the generator but the API, and
/// executes what {@link io.flywheel.loadtest.bundle.Bundles} asks for with messages over its pipes; a bundle that
/// hangs or takes too much is ended with it. This isolates dependencies and faults, not hostile code.
@NullMarked
package io.flywheel.loadtest.bundle;

import org.jspecify.annotations.NullMarked;

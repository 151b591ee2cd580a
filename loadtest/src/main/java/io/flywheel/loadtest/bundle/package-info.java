/// Jars with transactions of teams. A {@link io.flywheel.loadtest.bundle.BundleJar} finds annotated classes without
/// loading them, checks the jar against the API, and loads it where it sees nothing of the generator but the API. This
/// isolates dependencies, not hostile code.
@NullMarked
package io.flywheel.loadtest.bundle;

import org.jspecify.annotations.NullMarked;

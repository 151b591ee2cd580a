/// A project that a team can begin with: what `loadtest init` writes.
@NullMarked
package io.flywheel.loadtest.sample;

import org.jspecify.annotations.NullMarked;

/// The checks of the engine: histories drawn from seeds, run against engine and model, shrunk when they fail.
/// `docs/shardstore-checks.md` is the guide.
@NullMarked
package io.flywheel.shardstore.checks;

import org.jspecify.annotations.NullMarked;

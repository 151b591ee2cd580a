/// The run file: HOCON, read strictly. {@link io.flywheel.loadtest.runfile.Section} notes every wrong key and value
/// with its line and what is allowed; {@link io.flywheel.loadtest.runfile.RunFile} is what a run is to do, and
/// {@link io.flywheel.loadtest.runfile.Explanation} says it in words.
@NullMarked
package io.flywheel.loadtest.runfile;

import org.jspecify.annotations.NullMarked;

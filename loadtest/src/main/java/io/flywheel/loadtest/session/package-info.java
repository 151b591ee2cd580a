/// One run in one process, from its file to its result: what the commands do, without a terminal.
@NullMarked
package io.flywheel.loadtest.session;

import org.jspecify.annotations.NullMarked;

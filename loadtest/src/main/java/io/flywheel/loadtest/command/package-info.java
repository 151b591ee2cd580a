/// `flywheel loadtest`: the commands.
@NullMarked
package io.flywheel.loadtest.command;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.flywheel.loadtest.command;

import org.jspecify.annotations.NullMarked;

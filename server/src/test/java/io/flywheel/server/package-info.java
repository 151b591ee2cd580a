/// The program as a process, and the rules that the whole tree keeps.
@NullMarked
package io.flywheel.server;

import org.jspecify.annotations.NullMarked;

/// The program: command line, configuration, disks, logs, health and metrics, and the wiring of every part into one
/// process. {@link io.flywheel.server.Main} is where it starts, {@link io.flywheel.server.Server} says who builds what.
@NullMarked
package io.flywheel.server;

import org.jspecify.annotations.NullMarked;

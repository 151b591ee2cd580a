/// The command line for operators: finds a running server, signs requests to it, shows what it answers. The
/// server's side is {@code io.flywheel.server.admin}.
@NullMarked
package io.flywheel.server.operate;

import org.jspecify.annotations.NullMarked;

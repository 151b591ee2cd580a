@NullMarked
package io.flywheel.server.admin;

import org.jspecify.annotations.NullMarked;

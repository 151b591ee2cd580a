@NullMarked
package io.flywheel.server.operate;

import org.jspecify.annotations.NullMarked;

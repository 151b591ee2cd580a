@NullMarked
package io.flywheel.loadtest.runfile;

import org.jspecify.annotations.NullMarked;

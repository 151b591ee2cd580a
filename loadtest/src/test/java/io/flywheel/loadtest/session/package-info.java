@NullMarked
package io.flywheel.loadtest.session;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.flywheel.loadtest.api;

import org.jspecify.annotations.NullMarked;

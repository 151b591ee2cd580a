@NullMarked
package io.flywheel.loadtest.http;

import org.jspecify.annotations.NullMarked;

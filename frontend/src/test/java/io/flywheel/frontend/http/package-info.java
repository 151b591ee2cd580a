@NullMarked
package io.flywheel.frontend.http;

import org.jspecify.annotations.NullMarked;

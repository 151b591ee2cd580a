@NullMarked
package io.flywheel.frontend.auth;

import org.jspecify.annotations.NullMarked;

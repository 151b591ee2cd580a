@NullMarked
package io.flywheel.loadtest.s3;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.flywheel.loadtest.report;

import org.jspecify.annotations.NullMarked;

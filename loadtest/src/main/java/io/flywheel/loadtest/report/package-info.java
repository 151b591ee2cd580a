/// Results as people and programs read them.
@NullMarked
package io.flywheel.loadtest.report;

import org.jspecify.annotations.NullMarked;

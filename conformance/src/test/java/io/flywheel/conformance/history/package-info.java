/// Random histories of operations, every answer compared with a model.
@NullMarked
package io.flywheel.conformance.history;

import org.jspecify.annotations.NullMarked;

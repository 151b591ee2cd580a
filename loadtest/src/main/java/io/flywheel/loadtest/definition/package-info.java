/// Reads annotated classes and makes of them what the engine runs. {@link
/// io.flywheel.loadtest.definition.DefinitionReader} checks everything that can be known before the first
/// transaction, and says all that is wrong at once; {@link io.flywheel.loadtest.definition.LiveDefinition} has the
/// instances, the data and the results.
@NullMarked
package io.flywheel.loadtest.definition;

import org.jspecify.annotations.NullMarked;

/// What exists: buckets, keys, versions, uploads. {@link io.flywheel.namespace.Namespace} is the contract,
/// {@link io.flywheel.namespace.Command} what changes it, {@link io.flywheel.namespace.Outcome} what a change came to.
@NullMarked
package io.flywheel.namespace;

import org.jspecify.annotations.NullMarked;

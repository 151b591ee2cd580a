/// The narrow port under the state machine: ordered byte keys in named tables, written in atomic steps. RocksDB is one
/// form of it, sorted maps in memory the other; a replicated store could be a third.
@NullMarked
package io.flywheel.namespace.keyvalue;

import org.jspecify.annotations.NullMarked;

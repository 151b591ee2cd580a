/// The key-value port over RocksDB. Only here are files touched without the {@link io.flywheel.base.Disk} port.
@NullMarked
package io.flywheel.namespace.rocks;

import org.jspecify.annotations.NullMarked;

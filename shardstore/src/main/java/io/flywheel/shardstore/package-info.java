/// The engine for one disk. {@link io.flywheel.shardstore.ShardStore} is the contract.
@NullMarked
package io.flywheel.shardstore;

import org.jspecify.annotations.NullMarked;

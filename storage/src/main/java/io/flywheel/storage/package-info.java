/// A host's disks behind the shard protocol.
///
/// ```
///   RemoteShardStore, ShardStream      what objects and background use: a disk of any node
///            │ RemoteDisk              one disk: messages, and what became of them
///            │ StorageClient           one node: its connection
///            ▼
///        Transport ── ShardProtocol ── in process, simulated, and later over a network
///            ▼
///       StorageNode                    the disks of a host
///            │ ServedDisk              one disk: lanes, sessions, fences, heat
///            ▼
///        ShardStore
/// ```
@NullMarked
package io.flywheel.storage;

import org.jspecify.annotations.NullMarked;

package io.flywheel.namespace.log;

/// Where an entry ends and the next one begins.
///
/// @param position of the next command
/// @param link of the entry before
record Boundary(long position, int link) {}

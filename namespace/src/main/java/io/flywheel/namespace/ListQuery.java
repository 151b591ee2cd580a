package io.flywheel.namespace;

import io.flywheel.base.Bytes;

/// One page of a listing.
///
/// @param delimiter empty for none; may be longer than a byte
/// @param after only what sorts above it; where it is itself a common prefix of this listing (it ends in the
///     delimiter,
///     as the token of a page that ended in one does) everything that begins with it is behind too
/// @param limit keys and common prefixes together, 0 to 1,000
public record ListQuery(Bytes prefix, Bytes delimiter, Bytes after, int limit) {}

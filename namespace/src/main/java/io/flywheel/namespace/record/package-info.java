/// The formats of everything the namespace stores: one class for each, which draws it. Every record begins with its
/// version; decoding turns any bytes into a value or {@link io.flywheel.namespace.record.MalformedRecord}, and never
/// allocates more than a small multiple of what it was given.
@NullMarked
package io.flywheel.namespace.record;

import org.jspecify.annotations.NullMarked;

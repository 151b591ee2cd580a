/// PUT, GET and DELETE of bytes. {@link io.flywheel.objects.ObjectData} is the way in: a {@link
/// io.flywheel.objects.DataWriter} cuts a stream into blocks and makes them persistent before the namespace hears
/// of them, a {@link io.flywheel.objects.DataReader} verifies each piece before it hands it out, and {@link
/// io.flywheel.objects.ReadLease}s keep blocks from being deleted under a reader.
@NullMarked
package io.flywheel.objects;

import org.jspecify.annotations.NullMarked;

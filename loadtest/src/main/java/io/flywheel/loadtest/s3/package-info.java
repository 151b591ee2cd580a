/// A client of S3 for load: requests signed as they are sent, content that is made from a seed and checked byte for
/// byte when it is read, never held in memory.
@NullMarked
package io.flywheel.loadtest.s3;

import org.jspecify.annotations.NullMarked;

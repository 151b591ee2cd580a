/// What S3 clients may rely on, operation by operation.
@NullMarked
package io.flywheel.frontend.s3;

import org.jspecify.annotations.NullMarked;

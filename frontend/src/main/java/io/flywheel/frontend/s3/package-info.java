/// The S3 REST API. {@link io.flywheel.frontend.s3.S3Service} takes a request from the HTTP server, authenticates it
/// and finds its {@link io.flywheel.frontend.s3.Operation}; the classes named after what they do
/// ({@code ObjectReads}, {@code Listings}, ...) answer it from the namespace and the objects.
@NullMarked
package io.flywheel.frontend.s3;

import org.jspecify.annotations.NullMarked;

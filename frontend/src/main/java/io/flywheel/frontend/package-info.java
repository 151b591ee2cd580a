/// S3 over HTTP: {@link io.flywheel.frontend.http} speaks HTTP/1.1, {@link io.flywheel.frontend.auth} checks
/// signatures and unwraps signed bodies, and the operations of S3 stand on both.
@NullMarked
package io.flywheel.frontend;

import org.jspecify.annotations.NullMarked;

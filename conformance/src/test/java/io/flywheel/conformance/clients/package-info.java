/// One specification of S3 held against the clients that people use.
@NullMarked
package io.flywheel.conformance.clients;

import org.jspecify.annotations.NullMarked;

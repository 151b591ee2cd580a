/// The XML of the S3 API: a bounded reader and a writer.
@NullMarked
package io.flywheel.frontend.s3.xml;

import org.jspecify.annotations.NullMarked;

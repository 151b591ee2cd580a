/// Every error that the S3 API answers with: codes, statuses, messages.
@NullMarked
package io.flywheel.frontend.s3.error;

import org.jspecify.annotations.NullMarked;

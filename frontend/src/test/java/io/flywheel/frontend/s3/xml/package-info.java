/// What may come as a document, and what may not.
@NullMarked
package io.flywheel.frontend.s3.xml;

import org.jspecify.annotations.NullMarked;

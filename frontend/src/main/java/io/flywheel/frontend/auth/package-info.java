/// Who sends a request, and whether its body is what was signed: AWS Signature Version 4 in headers and presigned URLs
/// ({@link io.flywheel.frontend.auth.SignatureV4}) and the forms in which a payload travels ({@link
/// io.flywheel.frontend.auth.BodyDecoder}).
@NullMarked
package io.flywheel.frontend.auth;

import org.jspecify.annotations.NullMarked;

package io.flywheel.frontend.auth;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// Why a request or its body was not believed.
///
/// @param message AWS's, for people
/// @param details further elements of the error document, in order, for example {@code StringToSign}
public record AuthError(Code code, String message, SequencedMap<String, String> details) {
    /// @param namesAndValues of the details, alternating
    static AuthError of(Code code, String message, String... namesAndValues) {
        var details = new LinkedHashMap<String, String>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            details.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new AuthError(code, message, Collections.unmodifiableSequencedMap(details));
    }

    /// S3's error codes of this package. {@link #s3Code} is the code as S3 spells it.
    public enum Code {
        ACCESS_DENIED("AccessDenied"),
        AUTHORIZATION_HEADER_MALFORMED("AuthorizationHeaderMalformed"),
        AUTHORIZATION_QUERY_PARAMETERS_ERROR("AuthorizationQueryParametersError"),
        INCOMPLETE_BODY("IncompleteBody"),
        INVALID_ACCESS_KEY_ID("InvalidAccessKeyId"),
        INVALID_ARGUMENT("InvalidArgument"),
        INVALID_CHUNK_SIZE("InvalidChunkSizeError"),
        INVALID_REQUEST("InvalidRequest"),
        INVALID_TOKEN("InvalidToken"),
        MALFORMED_TRAILER("MalformedTrailerError"),
        MISSING_CONTENT_LENGTH("MissingContentLength"),
        REQUEST_TIME_TOO_SKEWED("RequestTimeTooSkewed"),
        SIGNATURE_DOES_NOT_MATCH("SignatureDoesNotMatch"),
        CONTENT_SHA256_MISMATCH("XAmzContentSHA256Mismatch");

        private final String s3Code;

        Code(String s3Code) {
            this.s3Code = s3Code;
        }

        public String s3Code() {
            return s3Code;
        }
    }
}

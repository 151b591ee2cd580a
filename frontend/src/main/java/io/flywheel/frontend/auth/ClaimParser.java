package io.flywheel.frontend.auth;

import static io.flywheel.frontend.auth.AuthError.Code.ACCESS_DENIED;
import static io.flywheel.frontend.auth.AuthError.Code.AUTHORIZATION_HEADER_MALFORMED;
import static io.flywheel.frontend.auth.AuthError.Code.AUTHORIZATION_QUERY_PARAMETERS_ERROR;
import static io.flywheel.frontend.auth.AuthError.Code.INVALID_ARGUMENT;
import static io.flywheel.frontend.auth.AuthError.Code.INVALID_REQUEST;

import io.flywheel.frontend.http.RequestHead;
import org.jspecify.annotations.Nullable;

/// Finds the signature of a request: in its Authorization header or in its query.
final class ClaimParser {
    private static final String V2 =
            "The authorization mechanism you have provided is not supported. Please use " + SignatureV4.ALGORITHM + ".";
    private static final long EXPIRES_SECONDS_MAX = 604_800;
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";

    private ClaimParser() {}

    /// Null when the request is not signed at all.
    static @Nullable Claim parse(RequestHead head) {
        int at = head.headers().indexOf("authorization", 0);
        String query = head.rawQuery();
        boolean inQuery = query.contains("X-Amz-Algorithm=")
                || query.contains("X-Amz-Signature=")
                || query.contains("X-Amz-Credential=");
        if (at >= 0) {
            String value = head.headers().value(at);
            if (inQuery) {
                return Claim.malformed(
                        INVALID_ARGUMENT,
                        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query"
                                + " string parameter or the Authorization header should be specified",
                        "ArgumentName",
                        "Authorization",
                        "ArgumentValue",
                        value);
            }
            return header(head, value);
        }
        if (inQuery) {
            return query(head, query);
        }
        boolean v2 = Claim.parameter(query, "AWSAccessKeyId") != null && Claim.parameter(query, "Signature") != null;
        return v2 ? Claim.malformed(INVALID_REQUEST, V2) : null;
    }

    private static Claim header(RequestHead head, String value) {
        if (!value.startsWith(SignatureV4.ALGORITHM + " ")) {
            return value.startsWith("AWS ")
                    ? Claim.malformed(INVALID_REQUEST, V2)
                    : Claim.malformed(
                            INVALID_ARGUMENT,
                            "Unsupported Authorization Type",
                            "ArgumentName",
                            "Authorization",
                            "ArgumentValue",
                            value);
        }
        String credential = component(value, "Credential=");
        String signedHeaders = component(value, "SignedHeaders=");
        String signature = component(value, "Signature=");
        if (credential == null || signedHeaders == null || signature == null) {
            return Claim.malformed(
                    AUTHORIZATION_HEADER_MALFORMED,
                    "The authorization header is malformed; the authorization header requires three components:"
                            + " Credential, SignedHeaders, and Signature.");
        }
        var scope = Scope.parse(credential);
        if (scope == null) {
            return Claim.malformed(
                    AUTHORIZATION_HEADER_MALFORMED,
                    "The authorization header is malformed; the Credential is mal-formed; expecting"
                            + " \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        }
        String dateTime = head.headers().firstOr("x-amz-date", "");
        if (dateTime.isEmpty()) {
            dateTime = Timestamps.basicOfHttpDate(head.headers().firstOr("date", ""));
        }
        if (Timestamps.parseBasic(dateTime) < 0) {
            return Claim.malformed(ACCESS_DENIED, "AWS authentication requires a valid Date or x-amz-date header");
        }
        int payload = head.headers().indexOf("x-amz-content-sha256", 0);
        if (payload < 0) {
            return Claim.malformed(INVALID_REQUEST, "Missing required header for this request: x-amz-content-sha256");
        }
        return new Claim.Signed(
                scope, dateTime, signedHeaders, signature, head.headers().value(payload), -1);
    }

    /// The component of an Authorization header that begins with {@code name}; they are separated by commas or spaces.
    private static @Nullable String component(String value, String name) {
        int from = SignatureV4.ALGORITHM.length();
        while (from < value.length()) {
            char c = value.charAt(from);
            if (c == ' ' || c == ',' || c == '\t') {
                from++;
                continue;
            }
            int to = from;
            while (to < value.length() && value.charAt(to) != ',' && value.charAt(to) != ' ') {
                to++;
            }
            if (value.startsWith(name, from)) {
                return value.substring(from + name.length(), to);
            }
            from = to;
        }
        return null;
    }

    private static Claim query(RequestHead head, String query) {
        String algorithm = Claim.parameter(query, "X-Amz-Algorithm");
        String credential = Claim.parameter(query, "X-Amz-Credential");
        String date = Claim.parameter(query, "X-Amz-Date");
        String expires = Claim.parameter(query, "X-Amz-Expires");
        String signedHeaders = Claim.parameter(query, "X-Amz-SignedHeaders");
        String signature = Claim.parameter(query, "X-Amz-Signature");
        if (algorithm == null
                || credential == null
                || date == null
                || expires == null
                || signedHeaders == null
                || signature == null) {
            return wrong("Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential,"
                    + " X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
        }
        if (!algorithm.equals(SignatureV4.ALGORITHM)) {
            return wrong("X-Amz-Algorithm only supports \"" + SignatureV4.ALGORITHM + "\"");
        }
        var scope = Scope.parse(credential);
        if (scope == null) {
            return wrong("Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting"
                    + " \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        }
        if (Timestamps.parseBasic(date) < 0) {
            return wrong("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
        }
        long seconds;
        try {
            seconds = Long.parseLong(expires);
        } catch (NumberFormatException e) {
            return wrong("X-Amz-Expires should be a number");
        }
        if (seconds < 0) {
            return wrong("X-Amz-Expires must be non-negative");
        }
        if (seconds > EXPIRES_SECONDS_MAX) {
            return wrong("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be"
                    + " less than 604800 seconds");
        }
        String payload = Claim.parameter(query, "X-Amz-Content-Sha256");
        if (payload == null) {
            payload = head.headers().firstOr("x-amz-content-sha256", UNSIGNED);
        }
        return new Claim.Signed(scope, date, signedHeaders, signature, payload, seconds);
    }

    private static Claim wrong(String message) {
        return Claim.malformed(AUTHORIZATION_QUERY_PARAMETERS_ERROR, message);
    }
}

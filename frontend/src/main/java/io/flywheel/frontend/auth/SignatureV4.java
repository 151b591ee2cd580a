package io.flywheel.frontend.auth;

import static io.flywheel.frontend.auth.AuthError.Code.ACCESS_DENIED;
import static io.flywheel.frontend.auth.AuthError.Code.AUTHORIZATION_HEADER_MALFORMED;
import static io.flywheel.frontend.auth.AuthError.Code.AUTHORIZATION_QUERY_PARAMETERS_ERROR;
import static io.flywheel.frontend.auth.AuthError.Code.INVALID_ACCESS_KEY_ID;
import static io.flywheel.frontend.auth.AuthError.Code.INVALID_REQUEST;
import static io.flywheel.frontend.auth.AuthError.Code.REQUEST_TIME_TOO_SKEWED;
import static io.flywheel.frontend.auth.AuthError.Code.SIGNATURE_DOES_NOT_MATCH;

import io.flywheel.base.Bytes;
import io.flywheel.base.Clock;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Verifies AWS Signature Version 4 of S3 requests, in the Authorization header or in a presigned URL.
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html">S3:
///     authenticating requests</a>
public final class SignatureV4 {
    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final long SKEW_SECONDS_MAX = 900;
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private final CredentialStore credentials;
    private final String region;
    private final Clock clock;

    /// The last signing key of each access key that exists: as many as there are credentials.
    private final ConcurrentHashMap<String, SigningKey> signingKeys = new ConcurrentHashMap<>();

    /// What one thread reuses.
    private static final class Scratch {
        final CanonicalRequest canonical = new CanonicalRequest();
        final MessageDigest sha256 = Hashing.sha256();
    }

    private record SigningKey(String secret, String date, Bytes bytes, Hmac hmac) {
        @Override
        public String toString() {
            return "SigningKey[" + date + "]";
        }
    }

    /// @param region the one that requests must be signed for
    public SignatureV4(CredentialStore credentials, String region, Clock clock) {
        this.credentials = credentials;
        this.region = region;
        this.clock = clock;
    }

    /// Verifies a request by its head alone. Fast, never blocks: to be called on the event loop.
    public AuthResult verify(RequestHead head) {
        return switch (ClaimParser.parse(head)) {
            case null -> anonymous(head);
            case Claim.Malformed(var error) -> new AuthResult.Rejected(error);
            case Claim.Signed signed -> verify(head, signed);
        };
    }

    private static AuthResult anonymous(RequestHead head) {
        String value = head.headers().firstOr("x-amz-content-sha256", PayloadParser.UNSIGNED);
        if (value.startsWith("STREAMING-AWS4")) {
            return rejected(INVALID_REQUEST, "A payload cannot be signed in a request that is not.");
        }
        var unsigned = new ChunkSigning(Bytes.EMPTY, "", "", "");
        return switch (PayloadParser.parse(value, head.headers(), () -> unsigned)) {
            case PayloadParser.Parsed.Known(var kind) -> new AuthResult.Anonymous(kind);
            case PayloadParser.Parsed.Wrong(var error) -> new AuthResult.Rejected(error);
        };
    }

    private static AuthResult.Rejected rejected(AuthError.Code code, String message, String... details) {
        return new AuthResult.Rejected(AuthError.of(code, message, details));
    }

    private AuthResult verify(RequestHead head, Claim.Signed claim) {
        var wrong = checkScope(claim);
        if (wrong == null) {
            wrong = checkTime(claim);
        }
        if (wrong == null) {
            wrong = checkSignedHeaders(head.headers(), claim.signedHeaders());
        }
        if (wrong != null) {
            return wrong;
        }
        var found = credentials.find(claim.scope().accessKey());
        if (found.isEmpty()) {
            return rejected(
                    INVALID_ACCESS_KEY_ID,
                    "The AWS Access Key Id you provided does not exist in our records.",
                    "AWSAccessKeyId",
                    claim.scope().accessKey());
        }
        var key = signingKey(found.get(), claim.scope());
        var mismatch = checkSignature(head, claim, key);
        if (mismatch != null) {
            return mismatch;
        }
        var payload = PayloadParser.parse(
                claim.payload(),
                head.headers(),
                () -> new ChunkSigning(
                        key.bytes(), claim.dateTime(), claim.scope().text(), claim.signature()));
        return switch (payload) {
            case PayloadParser.Parsed.Known(var kind) ->
                new AuthResult.Authenticated(claim.scope().accessKey(), kind);
            case PayloadParser.Parsed.Wrong(var error) -> new AuthResult.Rejected(error);
        };
    }

    private AuthResult.@Nullable Rejected checkScope(Claim.Signed claim) {
        var scope = claim.scope();
        var code = claim.presigned() ? AUTHORIZATION_QUERY_PARAMETERS_ERROR : AUTHORIZATION_HEADER_MALFORMED;
        String what = claim.presigned()
                ? "Error parsing the X-Amz-Credential parameter; "
                : "The authorization header is malformed; ";
        if (!scope.terminal().equals("aws4_request")) {
            return rejected(
                    code,
                    what + "incorrect terminal \"" + scope.terminal() + "\". This endpoint uses \"aws4_request\".");
        }
        if (!scope.service().equals("s3")) {
            return rejected(
                    code, what + "incorrect service \"" + scope.service() + "\". This endpoint belongs to \"s3\".");
        }
        if (!scope.region().equals(region)) {
            return rejected(
                    code,
                    what + "the region '" + scope.region() + "' is wrong; expecting '" + region + "'",
                    "Region",
                    region);
        }
        if (!claim.dateTime().startsWith(scope.date()) || scope.date().length() != 8) {
            return rejected(
                    code,
                    what + "Invalid credential date \"" + scope.date()
                            + "\". This date is not the same as X-Amz-Date: \""
                            + claim.dateTime().substring(0, 8) + "\".");
        }
        return null;
    }

    private AuthResult.@Nullable Rejected checkTime(Claim.Signed claim) {
        long signed = Timestamps.parseBasic(claim.dateTime());
        long now = Math.floorDiv(clock.unixMillis(), 1000L);
        if (!claim.presigned()) {
            return Math.abs(now - signed) <= SKEW_SECONDS_MAX
                    ? null
                    : rejected(
                            REQUEST_TIME_TOO_SKEWED,
                            "The difference between the request time and the current time is too large.",
                            "RequestTime",
                            claim.dateTime(),
                            "ServerTime",
                            Timestamps.extended(now),
                            "MaxAllowedSkewMilliseconds",
                            Long.toString(SKEW_SECONDS_MAX * 1000));
        }
        if (signed > now + SKEW_SECONDS_MAX) {
            return rejected(
                    ACCESS_DENIED,
                    "Request is not yet valid",
                    "X-Amz-Date",
                    claim.dateTime(),
                    "ServerTime",
                    Timestamps.extended(now));
        }
        if (now > signed + claim.expiresSeconds()) {
            return rejected(
                    ACCESS_DENIED,
                    "Request has expired",
                    "X-Amz-Expires",
                    Long.toString(claim.expiresSeconds()),
                    "Expires",
                    Timestamps.extended(signed + claim.expiresSeconds()),
                    "ServerTime",
                    Timestamps.extended(now));
        }
        return null;
    }

    /// The Host and every header of S3's must be signed, else a stranger could add one.
    private static AuthResult.@Nullable Rejected checkSignedHeaders(Headers headers, String signed) {
        StringBuilder missing = null;
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            if ((name.startsWith("x-amz-") || name.equals("host")) && !isListed(signed, name)) {
                missing = missing == null ? new StringBuilder() : missing.append(", ");
                missing.append(name);
            }
        }
        return missing == null
                ? null
                : rejected(
                        ACCESS_DENIED,
                        "There were headers present in the request which were not signed",
                        "HeadersNotSigned",
                        missing.toString());
    }

    private static boolean isListed(String list, String name) {
        for (int at = list.indexOf(name); at >= 0; at = list.indexOf(name, at + 1)) {
            int end = at + name.length();
            if ((at == 0 || list.charAt(at - 1) == ';') && (end == list.length() || list.charAt(end) == ';')) {
                return true;
            }
        }
        return false;
    }

    private SigningKey signingKey(Credentials owner, Scope scope) {
        var cached = signingKeys.get(owner.accessKey());
        if (cached != null
                && cached.date().equals(scope.date())
                && cached.secret().equals(owner.secretKey())) {
            return cached;
        }
        byte[] key = ("AWS4" + owner.secretKey()).getBytes(StandardCharsets.UTF_8);
        for (String part : new String[] {scope.date(), scope.region(), scope.service(), scope.terminal()}) {
            key = new Hmac(key).of(part);
        }
        var made = new SigningKey(owner.secretKey(), scope.date(), Bytes.wrap(key), new Hmac(key));
        signingKeys.put(owner.accessKey(), made);
        return made;
    }

    private static AuthResult.@Nullable Rejected checkSignature(RequestHead head, Claim.Signed claim, SigningKey key) {
        // Clients sign the path as they send it, or as S3 spells it; almost always that is the same.
        if (matches(head, claim, key, false) || matches(head, claim, key, true)) {
            return null;
        }
        var canonical = SCRATCH.get().canonical;
        write(canonical, head, claim, false);
        String request = canonical.text();
        byte[] requestBytes = request.getBytes(StandardCharsets.ISO_8859_1);
        canonical.writeStringToSign(
                claim.dateTime(), claim.scope().text(), Hashing.sha256().digest(requestBytes));
        String stringToSign = canonical.text();
        var spaced = HexFormat.ofDelimiter(" ");
        return rejected(
                SIGNATURE_DOES_NOT_MATCH,
                "The request signature we calculated does not match the signature you provided. Check your key and"
                        + " signing method.",
                "AWSAccessKeyId",
                claim.scope().accessKey(),
                "StringToSign",
                stringToSign,
                "SignatureProvided",
                claim.signature(),
                "StringToSignBytes",
                spaced.formatHex(stringToSign.getBytes(StandardCharsets.ISO_8859_1)),
                "CanonicalRequest",
                request,
                "CanonicalRequestBytes",
                spaced.formatHex(requestBytes));
    }

    private static boolean matches(RequestHead head, Claim.Signed claim, SigningKey key, boolean pathAsSent) {
        var scratch = SCRATCH.get();
        write(scratch.canonical, head, claim, pathAsSent);
        scratch.sha256.update(scratch.canonical.bytes(), 0, scratch.canonical.length());
        byte[] hash = scratch.sha256.digest();
        scratch.canonical.writeStringToSign(claim.dateTime(), claim.scope().text(), hash);
        byte[] signature = key.hmac().of(scratch.canonical.bytes(), scratch.canonical.length());
        return Hashing.spells(claim.signature(), signature);
    }

    private static void write(CanonicalRequest canonical, RequestHead head, Claim.Signed claim, boolean pathAsSent) {
        canonical.write(
                head, claim.signedHeaders(), claim.payload(), claim.presigned() ? "X-Amz-Signature" : "", pathAsSent);
    }
}

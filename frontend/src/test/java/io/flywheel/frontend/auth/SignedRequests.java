package io.flywheel.frontend.auth;

import io.flywheel.base.Clock;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.http.RequestHead;
import java.net.InetSocketAddress;
import java.util.Optional;

/// Requests as AWS's documentation signs them.
final class SignedRequests {
    static final String KEY = "AKIAIOSFODNN7EXAMPLE";
    static final String SCOPE = KEY + "/20130524/us-east-1/s3/aws4_request";
    static final String HOST = "examplebucket.s3.amazonaws.com";
    static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    static final long TIME = 1369353600L;
    static final Credentials CREDENTIALS = new Credentials(KEY, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

    private SignedRequests() {}

    static SignatureV4 verifierAt(long unixSeconds) {
        var clock = new Clock() {
            @Override
            public long unixMillis() {
                return unixSeconds * 1000;
            }

            @Override
            public long monotonicNanos() {
                return 0;
            }
        };
        return new SignatureV4(
                key -> key.equals(KEY) ? Optional.of(CREDENTIALS) : Optional.empty(), "us-east-1", clock);
    }

    static SignatureV4 verifier() {
        return verifierAt(TIME);
    }

    static RequestHead head(String method, String path, String query, String... headers) {
        return new RequestHead(
                method, path, query, Headers.of(headers), "", false, new InetSocketAddress(0), 0, "0123456789ABCDEF");
    }

    static String authorization(String signedHeaders, String signature) {
        return "AWS4-HMAC-SHA256 Credential=" + SCOPE + ",SignedHeaders=" + signedHeaders + ",Signature=" + signature;
    }

    /// The documentation's "GET Object" with its Range, with another Authorization.
    static RequestHead get(String authorization) {
        return head(
                "GET",
                "/test.txt",
                "",
                "Host",
                HOST,
                "Authorization",
                authorization,
                "Range",
                "bytes=0-9",
                "x-amz-content-sha256",
                EMPTY,
                "x-amz-date",
                "20130524T000000Z");
    }

    static RequestHead get() {
        return get(authorization(
                "host;range;x-amz-content-sha256;x-amz-date",
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
    }

    static RequestHead presigned(String signature) {
        return head(
                "GET",
                "/test.txt",
                "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + SCOPE.replace("/", "%2F")
                        + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
                        + signature,
                "Host",
                HOST);
    }

    static RequestHead presigned() {
        return presigned("aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
    }

    /// Signs {@code head} by a second, slow implementation.
    static RequestHead signed(RequestHead head, String canonicalPath, String canonicalQuery) {
        String signedHeaders = "host;x-amz-content-sha256;x-amz-date";
        String canonical = head.method() + "\n" + canonicalPath + "\n" + canonicalQuery + "\nhost:" + HOST
                + "\nx-amz-content-sha256:" + EMPTY + "\nx-amz-date:20130524T000000Z\n\n" + signedHeaders + "\n"
                + EMPTY;
        byte[] hash = Hashing.sha256().digest(canonical.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        byte[] key = ("AWS4" + CREDENTIALS.secretKey()).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        for (String part : SCOPE.substring(KEY.length() + 1).split("/", -1)) {
            key = hmac(key, part);
        }
        String stringToSign = "AWS4-HMAC-SHA256\n20130524T000000Z\n" + SCOPE.substring(KEY.length() + 1) + "\n"
                + Hashing.HEX.formatHex(hash);
        return head(
                head.method(),
                head.rawPath(),
                head.rawQuery(),
                "Host",
                HOST,
                "x-amz-content-sha256",
                EMPTY,
                "x-amz-date",
                "20130524T000000Z",
                "Authorization",
                authorization(signedHeaders, Hashing.HEX.formatHex(hmac(key, stringToSign))));
    }

    static byte[] hmac(byte[] key, String message) {
        try {
            var mac = javax.crypto.Mac.getInstance("HmacSHA256");
            mac.init(new javax.crypto.spec.SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(message.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}

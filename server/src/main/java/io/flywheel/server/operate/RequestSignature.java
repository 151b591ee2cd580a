package io.flywheel.server.operate;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The last step of AWS Signature Version 4, as clients do it.
///
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html">S3: signature
///     calculations</a>
public final class RequestSignature {
    private RequestSignature() {}

    /// Signs for the service {@code s3}.
    ///
    /// @param canonicalRequest method, path, query, headers, their names and the payload's hash, a line each
    /// @param time as {@code yyyyMMdd'T'HHmmss'Z'}
    /// @return 64 hexadecimal digits
    public static String of(String canonicalRequest, String time, String region, String secretKey) {
        String day = time.substring(0, 8);
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            String hash = HexFormat.of().formatHex(digest.digest(canonicalRequest.getBytes(StandardCharsets.UTF_8)));
            String toSign = String.join("\n", "AWS4-HMAC-SHA256", time, day + "/" + region + "/s3/aws4_request", hash);
            byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
            for (String part : new String[] {day, region, "s3", "aws4_request", toSign}) {
                key = hmac(key, part);
            }
            return HexFormat.of().formatHex(key);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256 and its HMAC", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }
}

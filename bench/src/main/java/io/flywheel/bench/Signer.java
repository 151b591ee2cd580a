package io.flywheel.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signature V4 in headers, from the client's side.
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html">S3: header auth</a>
public record Signer(String accessKey, String secretKey, String region) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /// Adds {@code x-amz-date}, {@code x-amz-content-sha256} and {@code authorization}. All headers are signed; their
    /// names are in lower case.
    ///
    /// @param path as it goes over the wire, encoded
    /// @param query encoded parameters
    /// @param payloadHash the hexadecimal hash of the body, or one of S3's words for it
    public Map<String, String> sign(
            String method,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            String payloadHash,
            Instant now) {
        var time = TIME.format(now);
        var signed = new TreeMap<>(headers);
        signed.put("x-amz-date", time);
        signed.put("x-amz-content-sha256", payloadHash);
        var names = String.join(";", signed.keySet());
        var canonical = String.join(
                "\n",
                method,
                path,
                encoded(query),
                signed.entrySet().stream()
                        .map(header -> header.getKey() + ":" + header.getValue() + "\n")
                        .collect(Collectors.joining()),
                names,
                payloadHash);
        var scope = time.substring(0, 8) + "/" + region + "/s3/aws4_request";
        var toSign = String.join("\n", "AWS4-HMAC-SHA256", time, scope, hash(canonical.getBytes(UTF_8)));
        var key = ("AWS4" + secretKey).getBytes(UTF_8);
        for (var part : scope.split("/", -1)) {
            key = hmac(key, part);
        }
        signed.put(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
                        .formatted(accessKey, scope, names, HexFormat.of().formatHex(hmac(key, toSign))));
        return signed;
    }

    /// The query as it is signed and sent: sorted.
    static String encoded(Map<String, String> query) {
        return new TreeMap<>(query)
                .entrySet().stream()
                        .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                        .collect(Collectors.joining("&"));
    }

    static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] hmac(byte[] key, String data) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(data.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}

package io.flywheel.server;

import io.flywheel.server.operate.RequestSignature;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.TreeMap;

/// Signs a request as a client does, by AWS Signature Version 4 in the query, with an unsigned payload: for the
/// requests that a server sends to itself.
///
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html">S3: query parameters</a>
final class PresignedPath {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final int EXPIRES_SECONDS = 600;

    private PresignedPath() {}

    /// The path and query to send.
    ///
    /// @param host as the Host header will say
    /// @param path encoded as it will be sent
    /// @param query parameters, encoded, each {@code name=value}
    static String of(
            String method,
            String host,
            String path,
            RootCredentials credentials,
            String region,
            Instant now,
            String... query) {
        String time = TIME.format(now);
        String day = time.substring(0, 8);
        String scope = day + "/" + region + "/s3/aws4_request";
        var parameters = new TreeMap<String, String>();
        for (String parameter : query) {
            int equals = parameter.indexOf('=');
            parameters.put(parameter.substring(0, equals), parameter.substring(equals + 1));
        }
        parameters.put("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
        parameters.put(
                "X-Amz-Credential", URLEncoder.encode(credentials.accessKey() + "/" + scope, StandardCharsets.UTF_8));
        parameters.put("X-Amz-Date", time);
        parameters.put("X-Amz-Expires", Integer.toString(EXPIRES_SECONDS));
        parameters.put("X-Amz-SignedHeaders", "host");
        String sorted = String.join(
                "&",
                parameters.entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .toList());
        String request = String.join("\n", method, path, sorted, "host:" + host, "", "host", "UNSIGNED-PAYLOAD");
        String signature = RequestSignature.of(request, time, region, credentials.secretKey());
        return path + "?" + sorted + "&X-Amz-Signature=" + signature;
    }
}

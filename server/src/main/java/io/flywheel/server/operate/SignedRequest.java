package io.flywheel.server.operate;

import io.flywheel.server.RootCredentials;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A request without a body, signed in its headers by AWS Signature Version 4.
///
/// @param url with the query
/// @param headers to be sent beside {@code Host}
public record SignedRequest(URI url, Map<String, String> headers) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String SIGNED = "host;x-amz-content-sha256;x-amz-date";

    /// @param endpoint scheme, host and port
    /// @param path of unreserved characters and slashes
    /// @param parameters not encoded
    public static SignedRequest of(
            String method,
            URI endpoint,
            String path,
            SortedMap<String, String> parameters,
            RootCredentials credentials,
            String region,
            Instant now) {
        String time = TIME.format(now);
        String query = query(parameters);
        String request = String.join(
                "\n",
                method,
                path,
                query,
                "host:" + host(endpoint),
                "x-amz-content-sha256:" + EMPTY_SHA256,
                "x-amz-date:" + time,
                "",
                SIGNED,
                EMPTY_SHA256);
        String signature = RequestSignature.of(request, time, region, credentials.secretKey());
        var headers = new LinkedHashMap<String, String>();
        headers.put("x-amz-content-sha256", EMPTY_SHA256);
        headers.put("x-amz-date", time);
        headers.put(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=" + credentials.accessKey() + "/" + time.substring(0, 8) + "/" + region
                        + "/s3/aws4_request,SignedHeaders=" + SIGNED + ",Signature=" + signature);
        return new SignedRequest(
                URI.create(endpoint.getScheme() + "://" + endpoint.getRawAuthority() + path
                        + (query.isEmpty() ? "" : "?" + query)),
                headers);
    }

    private static String query(SortedMap<String, String> parameters) {
        var encoded = new TreeMap<String, String>();
        parameters.forEach((name, value) -> encoded.put(encoded(name), encoded(value)));
        return String.join(
                "&",
                encoded.entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .toList());
    }

    /// As RFC 3986 and Signature V4 want it.
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    /// As the JDK's client sends it: without the port that the scheme has anyway.
    private static String host(URI endpoint) {
        int usual = endpoint.getScheme().equals("https") ? 443 : 80;
        return endpoint.getPort() == -1 || endpoint.getPort() == usual
                ? endpoint.getHost()
                : endpoint.getHost() + ":" + endpoint.getPort();
    }
}

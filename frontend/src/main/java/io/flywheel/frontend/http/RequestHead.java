package io.flywheel.frontend.http;

import java.net.InetSocketAddress;

/// A request's line and headers, validated but never decoded: signatures cover the bytes as they were sent.
///
/// @param method as sent, for example {@code GET}; a token, not necessarily a method that HTTP knows
/// @param rawPath the path as sent, beginning with {@code /}; escapes are well formed and never {@code %00}
/// @param rawQuery the query as sent without the {@code ?}; empty when there is none
/// @param host the Host in lower case without the port, an IPv6 address in its brackets; empty only for HTTP/1.0
/// @param secure whether it came over TLS
/// @param startedNanos {@link System#nanoTime} when the head was complete
/// @param requestId 16 upper-case hexadecimal digits, for {@code x-amz-request-id}
public record RequestHead(
        String method,
        String rawPath,
        String rawQuery,
        Headers headers,
        String host,
        boolean secure,
        InetSocketAddress remote,
        long startedNanos,
        String requestId) {

    /// Whether the client wants only the head of the response.
    public boolean isHead() {
        return method.equals("HEAD");
    }
}

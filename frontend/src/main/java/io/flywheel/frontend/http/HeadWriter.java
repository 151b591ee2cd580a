package io.flywheel.frontend.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Encodes the heads of responses, in an array that is reused: kept by an event loop.
final class HeadWriter {
    static final byte[] CONTINUE = ascii("HTTP/1.1 100 Continue\r\n\r\n");
    static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");

    private static final byte[] CRLF = ascii("\r\n");
    private static final byte[] DATE = ascii("Date: ");
    private static final byte[] SERVER_AND_ID = ascii("\r\nServer: Flywheel\r\nx-amz-request-id: ");
    private static final byte[] CONTENT_LENGTH = ascii("Content-Length: ");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] CLOSE = ascii("Connection: close\r\n");
    private static final byte[] @Nullable [] STATUS_LINES = new byte[600][];
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    static {
        String[] statuses = {
            "200 OK",
            "204 No Content",
            "206 Partial Content",
            "301 Moved Permanently",
            "304 Not Modified",
            "307 Temporary Redirect",
            "400 Bad Request",
            "403 Forbidden",
            "404 Not Found",
            "405 Method Not Allowed",
            "408 Request Timeout",
            "409 Conflict",
            "411 Length Required",
            "412 Precondition Failed",
            "413 Content Too Large",
            "414 URI Too Long",
            "416 Range Not Satisfiable",
            "417 Expectation Failed",
            "500 Internal Server Error",
            "501 Not Implemented",
            "503 Service Unavailable",
            "505 HTTP Version Not Supported",
            "507 Insufficient Storage"
        };
        for (String status : statuses) {
            STATUS_LINES[Integer.parseInt(status, 0, 3, 10)] = ascii("HTTP/1.1 " + status + "\r\n");
        }
    }

    private byte[] bytes = new byte[1024];
    private int length;
    private long dateSecond = -1;
    private byte[] date = CRLF;

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Encodes a head; {@link #length} and {@link #writeTo} follow.
    ///
    /// @param contentLength -1 to declare none
    void encode(int status, Headers headers, String requestId, long contentLength, boolean chunked, boolean close) {
        length = 0;
        byte[] line = STATUS_LINES[status];
        put(line == null ? ascii("HTTP/1.1 " + status + " Status\r\n") : line);
        put(DATE);
        put(date());
        put(SERVER_AND_ID);
        put(requestId);
        put(CRLF);
        for (int i = 0; i < headers.size(); i++) {
            put(HeaderNames.encoded(headers.name(i)));
            put(headers.value(i));
            put(CRLF);
        }
        if (chunked) {
            put(CHUNKED);
        } else if (contentLength >= 0) {
            put(CONTENT_LENGTH);
            put(contentLength);
            put(CRLF);
        }
        if (close) {
            put(CLOSE);
        }
        put(CRLF);
    }

    int length() {
        return length;
    }

    void writeTo(ByteBuf out) {
        out.writeBytes(bytes, 0, length);
    }

    private byte[] date() {
        long second = System.currentTimeMillis() / 1000;
        if (second != dateSecond) {
            dateSecond = second;
            date = ascii(HTTP_DATE.format(Instant.ofEpochSecond(second)));
        }
        return date;
    }

    private void put(byte[] part) {
        reserve(part.length);
        System.arraycopy(part, 0, bytes, length, part.length);
        length += part.length;
    }

    /// The low bytes of the characters, which is what a header value holds: the method is deprecated for being that.
    @SuppressWarnings("deprecation")
    private void put(String text) {
        reserve(text.length());
        text.getBytes(0, text.length(), bytes, length);
        length += text.length();
    }

    private void put(long number) {
        reserve(20);
        int end = length + digits(number);
        length = end;
        long rest = number;
        do {
            bytes[--end] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
    }

    private static int digits(long number) {
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}

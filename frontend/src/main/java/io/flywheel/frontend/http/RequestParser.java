package io.flywheel.frontend.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Parses the head of one request at a time. Stricter than RFC 9112 allows recipients to be: whatever two parsers might
/// read differently is refused. Kept by an event loop and reused.
final class RequestParser {
    static final int BARE_LINE_FEED = -1;

    private static final String[] METHODS = {"GET", "PUT", "HEAD", "POST", "DELETE", "OPTIONS"};
    private static final int METHOD_BYTES_MAX = 32;
    private static final byte[] VERSION = "HTTP/1.".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final int requestLineBytesMax;
    private final int fieldsMax;

    private byte[] bytes = new byte[0];
    private int at;
    private ParsedHead.@Nullable Refused refused;

    private String method = "";
    private String rawPath = "";
    private String rawQuery = "";
    private String authority = "";
    private boolean http10;
    private String[] fields = new String[0];
    private int fieldsLength;
    private @Nullable String host;
    private long contentLength;
    private boolean chunked;
    private boolean close;
    private boolean expectContinue;

    RequestParser(int requestLineBytesMax, int fieldsMax) {
        this.requestLineBytesMax = requestLineBytesMax;
        this.fieldsMax = fieldsMax;
    }

    /// Looks for the end of a head.
    ///
    /// @param from where an earlier search ended
    /// @return the head's length, 0 when its end is not there yet, or {@link #BARE_LINE_FEED}
    static int headLength(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                if (i == 0 || bytes[i - 1] != '\r') {
                    return BARE_LINE_FEED;
                }
                if (i >= 3 && bytes[i - 2] == '\n') {
                    return i + 1;
                }
            }
        }
        return 0;
    }

    /// Parses {@code head}, which ends in its first empty line at {@code length} and in which every line feed follows a
    /// carriage return.
    ParsedHead parse(byte[] head, int length) {
        bytes = head;
        at = 0;
        refused = null;
        rawPath = "";
        rawQuery = "";
        authority = "";
        fields = new String[32];
        fieldsLength = 0;
        host = null;
        contentLength = -1;
        chunked = false;
        close = false;
        expectContinue = false;
        boolean ok = requestLine(length) && headers() && framing() && hostAgrees();
        if (!ok) {
            return refused == null ? new ParsedHead.Refused(400, "BadRequest", "The request is malformed.") : refused;
        }
        return new ParsedHead.Valid(
                method,
                rawPath,
                rawQuery,
                new Headers(fields, fieldsLength),
                withoutPort(host == null ? "" : host),
                chunked ? -1 : Math.max(0, contentLength),
                !close && !http10,
                expectContinue && !http10,
                http10);
    }

    private boolean refuse(String message) {
        return refuse(400, "BadRequest", message);
    }

    private boolean refuse(int status, String code, String message) {
        refused = new ParsedHead.Refused(status, code, message);
        return false;
    }

    private boolean requestLine(int length) {
        if (length >= PREFACE.length && Arrays.equals(bytes, 0, PREFACE.length, PREFACE, 0, PREFACE.length)) {
            return refuse("HTTP/2 is not spoken here.");
        }
        int end = 0;
        while (HeaderNames.token(bytes[end]) != 0) {
            end++;
        }
        if (end == 0 || end > METHOD_BYTES_MAX || bytes[end] != ' ') {
            return refuse("The request line does not begin with a method.");
        }
        method = method(end);
        at = end + 1;
        return target() && version();
    }

    private String method(int end) {
        for (String known : METHODS) {
            if (known.length() == end && matches(0, known)) {
                return known;
            }
        }
        return text(0, end);
    }

    private boolean matches(int from, String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            if (bytes[from + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private String text(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private boolean target() {
        int from = at;
        int query = -1;
        int i = from;
        for (; bytes[i] != ' '; i++) {
            byte b = bytes[i];
            if (b <= ' ' || b == 0x7f || b == '#') {
                return refuse(400, "InvalidURI", "The request target has a character it must not have.");
            } else if (b == '%') {
                int high = Character.digit(bytes[i + 1], 16);
                int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
                if (low < 0 || (high == 0 && low == 0)) {
                    return refuse(400, "InvalidURI", "The request target has a malformed percent escape.");
                }
            } else if (b == '?' && query < 0) {
                query = i;
            }
        }
        if (i > requestLineBytesMax) {
            return refuse(414, "InvalidURI", "The request target is too long.");
        }
        at = i + 1;
        int pathFrom = bytes[from] == '/' ? from : absolute(from, query < 0 ? i : query);
        if (pathFrom < 0) {
            return refuse(400, "InvalidURI", "The request target is neither a path nor an http URI.");
        }
        int pathTo = query < 0 ? i : query;
        rawPath = pathFrom == pathTo ? "/" : text(pathFrom, pathTo);
        rawQuery = query < 0 ? "" : text(query + 1, i);
        return true;
    }

    /// Where the path of an absolute URI begins, having taken its authority; -1 if it is none.
    private int absolute(int from, int to) {
        int scheme = 0;
        for (String prefix : new String[] {"http://", "https://"}) {
            if (to - from > prefix.length()
                    && text(from, from + prefix.length()).equalsIgnoreCase(prefix)) {
                scheme = prefix.length();
            }
        }
        if (scheme == 0) {
            return -1;
        }
        int path = from + scheme;
        while (path < to && bytes[path] != '/') {
            path++;
        }
        authority = text(from + scheme, path);
        return authority.isEmpty() ? -1 : path;
    }

    private boolean version() {
        boolean wellFormed = Arrays.equals(bytes, at, at + VERSION.length, VERSION, 0, VERSION.length)
                && bytes[at + 8] == '\r'
                && (bytes[at + 7] == '0' || bytes[at + 7] == '1');
        if (!wellFormed) {
            boolean other = matches(at, "HTTP/")
                    && Character.isDigit(bytes[at + 5])
                    && bytes[at + 6] == '.'
                    && Character.isDigit(bytes[at + 7])
                    && bytes[at + 8] == '\r';
            return other
                    ? refuse(505, "BadRequest", "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
                    : refuse("The request line is malformed.");
        }
        http10 = bytes[at + 7] == '0';
        at += 10;
        return true;
    }

    private boolean headers() {
        while (bytes[at] != '\r') {
            if (bytes[at] == ' ' || bytes[at] == '\t') {
                return refuse("A header is folded over several lines.");
            }
            int from = at;
            int hash = 0;
            byte lower = HeaderNames.token(bytes[at]);
            while (lower != 0) {
                hash = HeaderNames.hash(hash, lower);
                lower = HeaderNames.token(bytes[++at]);
            }
            if (at == from || bytes[at] != ':') {
                return refuse("The name of a header is malformed.");
            }
            int known = HeaderNames.find(bytes, from, at, hash);
            String name = known < 0 ? HeaderNames.lowerCase(text(from, at)) : HeaderNames.name(known);
            at++;
            if (!field(known, name)) {
                return false;
            }
        }
        return true;
    }

    /// Takes the rest of a line, whose value begins at or after {@code at}.
    private boolean field(int known, String name) {
        while (bytes[at] == ' ' || bytes[at] == '\t') {
            at++;
        }
        int from = at;
        byte b = bytes[at];
        while ((b >= ' ' && b != 0x7f) || b < 0 || b == '\t') {
            b = bytes[++at];
        }
        if (b != '\r' || bytes[at + 1] != '\n') {
            return refuse("The value of header " + name + " has a control character.");
        }
        int to = at;
        while (to > from && (bytes[to - 1] == ' ' || bytes[to - 1] == '\t')) {
            to--;
        }
        at += 2;
        if (fieldsLength == fields.length) {
            if (fieldsLength >= fieldsMax * 2) {
                return refuse(400, "RequestHeaderSectionTooLarge", "The request has too many headers.");
            }
            fields = Arrays.copyOf(fields, fieldsLength * 2);
        }
        String value = text(from, to);
        fields[fieldsLength++] = name;
        fields[fieldsLength++] = value;
        return switch (known) {
            case HeaderNames.HOST -> host(value);
            case HeaderNames.CONTENT_LENGTH -> contentLength(value);
            case HeaderNames.TRANSFER_ENCODING -> transferEncoding(value);
            case HeaderNames.CONNECTION -> connection(value);
            case HeaderNames.EXPECT -> expect(value);
            default -> true;
        };
    }

    private boolean host(String value) {
        if (host != null) {
            return refuse("There is more than one Host header.");
        }
        host = value.toLowerCase(Locale.ROOT);
        return isAuthority(host) || refuse("The Host header is malformed.");
    }

    /// A name, an IPv4 address or an IPv6 address in brackets, perhaps with a port.
    static boolean isAuthority(String value) {
        int end = 0;
        if (value.startsWith("[")) {
            end = value.indexOf(']') + 1;
            if (end < 3) {
                return false;
            }
            for (int i = 1; i < end - 1; i++) {
                char c = value.charAt(i);
                if (Character.digit(c, 16) < 0 && c != ':' && c != '.') {
                    return false;
                }
            }
        } else {
            while (end < value.length() && isHostCharacter(value.charAt(end))) {
                end++;
            }
        }
        if (end == 0) {
            return false;
        }
        if (end == value.length()) {
            return true;
        }
        if (value.charAt(end) != ':' || value.length() - end > 6) {
            return false;
        }
        for (int i = end + 1; i < value.length(); i++) {
            if (value.charAt(i) < '0' || value.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static boolean isHostCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= '0' && c <= '9')
                || (c >= 'A' && c <= 'Z')
                || c == '.'
                || c == '-'
                || c == '_';
    }

    private static String withoutPort(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon < 0 || authority.endsWith("]") ? authority : authority.substring(0, colon);
    }

    private boolean contentLength(String value) {
        if (contentLength >= 0) {
            return refuse("There is more than one Content-Length header.");
        }
        if (value.isEmpty() || value.length() > 18) {
            return refuse("The Content-Length header is malformed.");
        }
        long parsed = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < '0' || c > '9') {
                return refuse("The Content-Length header is malformed.");
            }
            parsed = parsed * 10 + (c - '0');
        }
        contentLength = parsed;
        return true;
    }

    private boolean transferEncoding(String value) {
        if (chunked || !value.equalsIgnoreCase("chunked")) {
            return refuse("The only Transfer-Encoding understood is chunked, once.");
        }
        chunked = true;
        return true;
    }

    private boolean connection(String value) {
        if (value.equalsIgnoreCase("keep-alive")) {
            return true;
        }
        for (String option : value.split(",", -1)) {
            close |= option.strip().equalsIgnoreCase("close");
        }
        return true;
    }

    private boolean expect(String value) {
        expectContinue = value.equalsIgnoreCase("100-continue");
        return expectContinue || refuse(417, "BadRequest", "The only expectation understood is 100-continue.");
    }

    private boolean framing() {
        if (chunked && contentLength >= 0) {
            return refuse("There are both Content-Length and Transfer-Encoding.");
        }
        return !(chunked && http10) || refuse("HTTP/1.0 has no Transfer-Encoding.");
    }

    private boolean hostAgrees() {
        if (host == null) {
            return http10 || refuse("The Host header is missing.");
        }
        return authority.isEmpty()
                || authority.equalsIgnoreCase(host)
                || refuse("The Host header differs from the request target.");
    }
}

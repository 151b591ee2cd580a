package io.flywheel.bench;

import static io.flywheel.base.Check.check;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Map;

/// A request as bytes ready to be sent, as often as wanted: a head, a piece that is repeated, a tail. Large bodies cost
/// the client no memory that way.
///
/// @param payloadBytes what the request carries or asks for, for the rates
record Request(ByteBuf head, ByteBuf piece, long repeats, ByteBuf tail, long payloadBytes) {
    Request {
        check(repeats == 0 || piece.isReadable(), "piece");
    }

    static Request withoutBody(
            String method, String target, String host, Map<String, String> headers, long payloadBytes) {
        return of(method, target, host, headers, Unpooled.EMPTY_BUFFER, 0, Unpooled.EMPTY_BUFFER, payloadBytes);
    }

    static Request withBody(String method, String target, String host, Map<String, String> headers, byte[] body) {
        return of(method, target, host, headers, Unpooled.EMPTY_BUFFER, 0, direct(body), body.length);
    }

    static Request of(
            String method,
            String target,
            String host,
            Map<String, String> headers,
            ByteBuf piece,
            long repeats,
            ByteBuf tail,
            long payloadBytes) {
        var head = new StringBuilder(512)
                .append(method)
                .append(' ')
                .append(target)
                .append(" HTTP/1.1\r\nhost: ")
                .append(host)
                .append("\r\n");
        headers.forEach((name, value) -> {
            if (!name.equals("host")) {
                head.append(name).append(": ").append(value).append("\r\n");
            }
        });
        long length = repeats * piece.readableBytes() + tail.readableBytes();
        if (length > 0 || method.equals("PUT")) {
            head.append("content-length: ").append(length).append("\r\n");
        }
        var bytes = head.append("\r\n").toString().getBytes(US_ASCII);
        // A small body goes out in one buffer with its head, as it does from any client that buffers.
        if (repeats == 0 && tail.readableBytes() <= 64 << 10) {
            return new Request(direct(bytes, tail), Unpooled.EMPTY_BUFFER, 0, Unpooled.EMPTY_BUFFER, payloadBytes);
        }
        return new Request(direct(bytes), piece, repeats, tail, payloadBytes);
    }

    static ByteBuf direct(byte[] bytes) {
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes));
    }

    static ByteBuf direct(ByteBuf bytes) {
        return direct(new byte[0], bytes);
    }

    private static ByteBuf direct(byte[] bytes, ByteBuf rest) {
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer(bytes.length + rest.readableBytes())
                .writeBytes(bytes)
                .writeBytes(rest.duplicate()));
    }
}

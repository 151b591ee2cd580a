package io.flywheel.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/// Signed requests to one server. They are signed when they are made, which is before the clock runs: what signing
/// costs is the client's affair, and a signature holds for fifteen minutes.
final class S3Requests {
    private static final int CHUNK_BYTES = 128 << 10;
    private static final String UNSIGNED = "UNSIGNED-PAYLOAD";

    private final Signer signer;
    private final String host;
    private final HttpClient client = HttpClient.newHttpClient();

    S3Requests(Signer signer, int port) {
        this.signer = signer;
        this.host = "127.0.0.1:" + port;
    }

    /// @param sizeBytes of the object
    Request get(String path, long sizeBytes) {
        var headers = new TreeMap<>(Map.of("host", host, "x-amz-checksum-mode", "ENABLED"));
        return Request.withoutBody("GET", path, host, sign("GET", path, Map.of(), headers, UNSIGNED), sizeBytes);
    }

    Request query(String path, Map<String, String> query) {
        var headers = sign("GET", path, query, Map.of("host", host), Signer.hash(new byte[0]));
        return Request.withoutBody("GET", path + "?" + Signer.encoded(query), host, headers, 0);
    }

    /// A PUT whose body is covered by the signature, as SDKs send it over plain HTTP.
    Request put(String path, byte[] body) {
        var headers = sign("PUT", path, Map.of(), Map.of("host", host), Signer.hash(body));
        return Request.withBody("PUT", path, host, headers, body);
    }

    Request delete(String path) {
        var headers = sign("DELETE", path, Map.of(), Map.of("host", host), Signer.hash(new byte[0]));
        return Request.withoutBody("DELETE", path, host, headers, 0);
    }

    /// A PUT with {@code STREAMING-UNSIGNED-PAYLOAD-TRAILER} and a CRC-32 behind the body.
    ///
    /// @param chunks of 128 KiB each
    Request putWithTrailer(String path, byte[] chunk, int chunks) {
        var crc = new CRC32();
        for (int i = 0; i < chunks; i++) {
            crc.update(chunk);
        }
        long size = (long) chunks * chunk.length;
        var headers = sign(
                "PUT",
                path,
                Map.of(),
                Map.of(
                        "host",
                        host,
                        "content-encoding",
                        "aws-chunked",
                        "x-amz-decoded-content-length",
                        Long.toString(size),
                        "x-amz-trailer",
                        "x-amz-checksum-crc32"),
                "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
        var piece = Request.direct(Unpooled.wrappedBuffer(
                (Integer.toHexString(chunk.length) + "\r\n").getBytes(US_ASCII), chunk, "\r\n".getBytes(US_ASCII)));
        var checksum = Base64.getEncoder().encodeToString(intBytes((int) crc.getValue()));
        var tail = Request.direct(("0\r\nx-amz-checksum-crc32:" + checksum + "\r\n\r\n").getBytes(US_ASCII));
        return Request.of("PUT", path, host, headers, piece, chunks, tail, size);
    }

    static byte[] chunk() {
        var chunk = new byte[CHUNK_BYTES];
        new java.util.Random(1).nextBytes(chunk);
        return chunk;
    }

    private static byte[] intBytes(int value) {
        return java.nio.ByteBuffer.allocate(4).putInt(value).array();
    }

    private Map<String, String> sign(
            String method, String path, Map<String, String> query, Map<String, String> headers, String payloadHash) {
        return signer.sign(method, path, query, headers, payloadHash, Instant.now());
    }

    /// One request outside any measurement. Throws unless it succeeds.
    String call(String method, String path, Map<String, String> query, byte[] body)
            throws IOException, InterruptedException {
        var encoded = Signer.encoded(query);
        var request = HttpRequest.newBuilder(
                        URI.create("http://" + host + path + (encoded.isEmpty() ? "" : "?" + encoded)))
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        sign(method, path, query, Map.of("host", host), Signer.hash(body)).forEach((name, value) -> {
            if (!name.equals("host")) {
                request.header(name, value);
            }
        });
        var response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IOException("%s %s: %d %s".formatted(method, path, response.statusCode(), response.body()));
        }
        return response.body();
    }
}

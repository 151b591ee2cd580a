package io.flywheel.frontend.s3;

import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.s3.xml.XmlWriter;
import io.flywheel.namespace.Content;
import io.flywheel.objects.ReadLease;
import java.nio.ByteBuffer;

/// What an operation answers.
sealed interface S3Response {
    int status();

    Headers headers();

    record Small(int status, Headers headers, byte[] body) implements S3Response {}

    /// Bytes that are at hand, without copying them.
    record Inline(int status, Headers headers, ByteBuffer body) implements S3Response {}

    /// The answer to HEAD.
    record HeadOnly(int status, Headers headers, long contentLength) implements S3Response {}

    /// Bytes of an object.
    ///
    /// @param lease held since before the version was looked up; closed by whoever sends the bytes
    record Data(int status, Headers headers, Content content, long offset, long length, ReadLease lease)
            implements S3Response {}

    static S3Response empty(int status) {
        return new Small(status, Headers.EMPTY, new byte[0]);
    }

    static S3Response empty(int status, Headers headers) {
        return new Small(status, headers, new byte[0]);
    }

    static S3Response xml(XmlWriter document) {
        return xml(200, Headers.EMPTY, document);
    }

    static S3Response xml(int status, Headers headers, XmlWriter document) {
        Headers all = Headers.builder()
                .add("content-type", "application/xml")
                .addAll(headers)
                .build();
        return new Small(status, all, document.toBytes());
    }
}

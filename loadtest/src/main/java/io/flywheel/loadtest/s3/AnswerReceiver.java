package io.flywheel.loadtest.s3;

import io.flywheel.loadtest.http.AnswerHead;
import io.flywheel.loadtest.http.Receiver;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Takes an answer that is a document, or none; a status that was not expected, or an error in place of the document,
/// is a failure.
final class AnswerReceiver implements Receiver<S3Answer> {
    /// The fields that are kept.
    static final List<String> KEPT =
            List.of("etag", "x-amz-version-id", "content-length", "x-amz-delete-marker", "last-modified");

    static final int DOCUMENT_BYTES_MAX = 16 << 20;

    private final S3Request request;
    private final Traffic traffic;
    private final int expected;
    private int status;
    private String requestId = "";
    private Map<String, String> fields = Map.of();
    private byte[] body = new byte[0];
    private int length;

    /// @param expected the one status that is wanted; 0: any that means success
    AnswerReceiver(S3Request request, Traffic traffic, int expected) {
        this.request = request;
        this.traffic = traffic;
        this.expected = expected;
    }

    @Override
    public void head(AnswerHead head) {
        status = head.status();
        requestId = head.field("x-amz-request-id").orElse("");
        fields = new HashMap<>();
        for (String name : KEPT) {
            head.field(name).ifPresent(value -> fields.put(name, value));
        }
    }

    @Override
    public void data(ByteBuffer bytes) {
        int count = bytes.remaining();
        if (count > DOCUMENT_BYTES_MAX - length) {
            throw failure("Unreadable", "a document of more than " + DOCUMENT_BYTES_MAX + " bytes");
        }
        if (body.length < length + count) {
            body = Arrays.copyOf(body, Math.max(length + count, 2 * body.length));
        }
        bytes.get(body, length, count);
        length += count;
    }

    @Override
    public S3Answer end() {
        traffic.received(length);
        boolean good = expected == 0 ? status >= 200 && status < 300 : status == expected;
        XmlTree document = good && length == 0 ? XmlTree.NONE : document(good);
        // A 200 may turn out to be an error; a status that was asked for, such as 412, comes with one.
        if (!good || (expected == 0 && document.name().equals("Error"))) {
            String code = document.textOf("Code");
            throw failure(code, document.textOf("Message"));
        }
        return new S3Answer(status, fields, document);
    }

    private XmlTree document(boolean mustBe) {
        try {
            return length == 0 ? XmlTree.NONE : XmlTree.parse(body, length);
        } catch (IllegalArgumentException e) {
            if (mustBe) {
                throw failure("Unreadable", "not a document: " + e.getMessage());
            }
            return XmlTree.NONE;
        }
    }

    private S3Failure failure(String code, String message) {
        traffic.requestId(requestId);
        return new S3Failure(
                status, code, request + ": " + status + " " + code + " " + message + " (request " + requestId + ")");
    }
}

package io.flywheel.loadtest.s3;

import io.flywheel.loadtest.http.AnswerHead;
import io.flywheel.loadtest.http.Receiver;
import java.nio.ByteBuffer;

/// Takes an object, or a range of it, and compares every byte with what it should be.
final class ContentReceiver implements Receiver<Long> {
    private final S3Request request;
    private final Traffic traffic;
    private final Content content;
    private final S3Client.Expected expected;
    private final AnswerReceiver failures;
    private boolean good;
    private String requestId = "";
    private long received;

    ContentReceiver(S3Request request, Traffic traffic, Content content, S3Client.Expected expected) {
        this.request = request;
        this.traffic = traffic;
        this.content = content;
        this.expected = expected;
        this.failures = new AnswerReceiver(request, traffic, expected.isRange() ? 206 : 200);
    }

    @Override
    public void head(AnswerHead head) {
        good = head.status() == (expected.isRange() ? 206 : 200);
        if (!good) {
            failures.head(head);
        } else {
            requestId = head.field("x-amz-request-id").orElse("");
        }
    }

    @Override
    public void data(ByteBuffer bytes) {
        if (!good) {
            failures.data(bytes);
            return;
        }
        int count = bytes.remaining();
        if (count > expected.lengthBytes() - received) {
            throw wrong(
                    expected.fromBytes() + expected.lengthBytes(), "more than " + expected.lengthBytes() + " bytes");
        }
        long offset = expected.fromBytes() + received;
        long wrong = content.mismatch(expected.identity(), offset, bytes);
        if (wrong >= 0) {
            throw wrong(wrong, "a wrong byte");
        }
        received += count;
    }

    @Override
    public Long end() {
        if (!good) {
            return (long) failures.end().status();
        }
        traffic.received(received);
        if (received < expected.lengthBytes()) {
            throw wrong(expected.fromBytes() + received, "the end after " + received + " of " + expected.lengthBytes());
        }
        return received;
    }

    private WrongContent wrong(long offset, String what) {
        traffic.requestId(requestId);
        return new WrongContent(request, offset, what, requestId);
    }
}

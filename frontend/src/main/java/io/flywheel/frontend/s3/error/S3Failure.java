package io.flywheel.frontend.s3.error;

import java.util.ArrayList;
import java.util.List;

/// Ends an operation with an error answer. It is an ordinary answer, not a bug, so it carries no stack trace.
public final class S3Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final S3Error error;
    private final transient List<Field> fields = new ArrayList<>();
    private final transient List<Field> headers = new ArrayList<>();

    S3Failure(S3Error error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    /// A name and its value.
    public record Field(String name, String value) {}

    /// Adds an element to the error's XML, for example {@code BucketName}.
    public S3Failure with(String name, String value) {
        fields.add(new Field(name, value));
        return this;
    }

    /// Adds a header to the answer.
    public S3Failure withHeader(String name, String value) {
        headers.add(new Field(name, value));
        return this;
    }

    public S3Error error() {
        return error;
    }

    /// The message, never absent.
    public String text() {
        String message = getMessage();
        return message == null ? error.message() : message;
    }

    /// Elements beside Code, Message, Resource, RequestId and HostId.
    public List<Field> fields() {
        return List.copyOf(fields);
    }

    public List<Field> headers() {
        return List.copyOf(headers);
    }
}

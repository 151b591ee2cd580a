package io.flywheel.frontend.s3;

import io.flywheel.frontend.auth.AuthError;
import io.flywheel.frontend.http.ErrorRenderer;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.http.RequestHead;
import io.flywheel.frontend.http.Response;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.error.S3Failure;
import io.flywheel.frontend.s3.xml.XmlWriter;
import java.util.List;

/// The answers to requests that failed.
///
/// @param hostId names this server in answers
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html">S3: error responses</a>
public record ErrorDocuments(String hostId) implements ErrorRenderer {
    @Override
    public Response render(int status, String code, String message, String requestId) {
        return document(status, code, message, "", requestId, List.of(), List.of());
    }

    Response response(RequestHead head, String resource, S3Failure failure) {
        S3Error error = failure.error();
        if (head.isHead() || error == S3Error.NOT_MODIFIED) {
            return Response.empty(error.status(), headers(failure.headers(), ""));
        }
        return document(
                error.status(),
                error.code(),
                failure.text(),
                resource,
                head.requestId(),
                failure.fields(),
                failure.headers());
    }

    private Response document(
            int status,
            String code,
            String message,
            String resource,
            String requestId,
            List<S3Failure.Field> fields,
            List<S3Failure.Field> headers) {
        var xml = XmlWriter.plainDocument("Error").element("Code", code).element("Message", message);
        for (S3Failure.Field field : fields) {
            xml.element(field.name(), field.value());
        }
        if (!resource.isEmpty()) {
            xml.element("Resource", resource);
        }
        xml.element("RequestId", requestId).element("HostId", hostId).close("Error");
        return Response.of(status, headers(headers, "application/xml"), xml.toBytes());
    }

    private Headers headers(List<S3Failure.Field> fields, String contentType) {
        Headers.Builder headers = Headers.builder().add("x-amz-id-2", hostId);
        if (!contentType.isEmpty()) {
            headers.add("content-type", contentType);
        }
        fields.forEach(field -> headers.add(field.name(), field.value()));
        return headers.build();
    }

    /// The one place where a refusal of the signature becomes an error of S3.
    static S3Failure failure(AuthError error) {
        S3Error s3Error = switch (error.code()) {
            case ACCESS_DENIED -> S3Error.ACCESS_DENIED;
            case AUTHORIZATION_HEADER_MALFORMED -> S3Error.AUTHORIZATION_HEADER_MALFORMED;
            case AUTHORIZATION_QUERY_PARAMETERS_ERROR -> S3Error.AUTHORIZATION_QUERY_PARAMETERS_ERROR;
            case INCOMPLETE_BODY -> S3Error.INCOMPLETE_BODY;
            case INVALID_ACCESS_KEY_ID -> S3Error.INVALID_ACCESS_KEY_ID;
            case INVALID_ARGUMENT -> S3Error.INVALID_ARGUMENT;
            case INVALID_CHUNK_SIZE -> S3Error.INVALID_CHUNK_SIZE;
            case INVALID_REQUEST -> S3Error.INVALID_REQUEST;
            case INVALID_TOKEN -> S3Error.INVALID_TOKEN;
            case MALFORMED_TRAILER -> S3Error.MALFORMED_TRAILER;
            case MISSING_CONTENT_LENGTH -> S3Error.MISSING_CONTENT_LENGTH;
            case REQUEST_TIME_TOO_SKEWED -> S3Error.REQUEST_TIME_TOO_SKEWED;
            case SIGNATURE_DOES_NOT_MATCH -> S3Error.SIGNATURE_DOES_NOT_MATCH;
            case CONTENT_SHA256_MISMATCH -> S3Error.X_AMZ_CONTENT_SHA256_MISMATCH;
        };
        S3Failure failure = s3Error.failure(error.message());
        error.details().forEach(failure::with);
        return failure;
    }
}

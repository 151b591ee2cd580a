package io.flywheel.frontend.s3;

import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.xml.XmlWriter;
import io.flywheel.namespace.Attributes;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.ObjectChecksum;
import io.flywheel.namespace.Upload;
import io.flywheel.namespace.UploadId;
import java.util.Optional;

/// Multipart uploads: begin, look up, abort.
final class Uploads {
    private final Backend backend;

    Uploads(Backend backend) {
        this.backend = backend;
    }

    /// How the checksum of an upload's whole is made.
    private record Chosen(ChecksumAlgorithm algorithm, ObjectChecksum.Type type) {}

    S3Response create(S3Request request) {
        if (request.headers().contains("if-match") || request.headers().contains("if-none-match")) {
            throw S3Error.headerNotImplemented("If-Match or If-None-Match");
        }
        Attributes attributes = ObjectAttributes.read(request.headers());
        Optional<Chosen> asked = checksum(request.headers());
        // Without a choice S3 keeps CRC64NVME of the whole.
        Chosen chosen = asked.orElse(new Chosen(ChecksumAlgorithm.CRC64NVME, ObjectChecksum.Type.FULL_OBJECT));
        backend.bucket(request.bucket());
        UploadId id = backend.newUploadId();
        backend.apply(
                request,
                new Command.CreateUpload(
                        backend.stamp(request),
                        request.bucket(),
                        request.key(),
                        id,
                        attributes,
                        Optional.of(chosen.algorithm),
                        chosen.type));
        Headers headers = asked.isEmpty()
                ? Headers.EMPTY
                : Headers.of(
                        "x-amz-checksum-algorithm", chosen.algorithm.name(), "x-amz-checksum-type", chosen.type.name());
        return S3Response.xml(
                200,
                headers,
                XmlWriter.document("InitiateMultipartUploadResult")
                        .element("Bucket", request.bucket())
                        .element("Key", request.key().toUtf8())
                        .element("UploadId", id.toString())
                        .close("InitiateMultipartUploadResult"));
    }

    private static Optional<Chosen> checksum(Headers headers) {
        Optional<String> name = headers.first("x-amz-checksum-algorithm");
        Optional<String> typeName = headers.first("x-amz-checksum-type");
        if (name.isEmpty()) {
            if (typeName.isPresent()) {
                throw S3Error.INVALID_REQUEST.failure("The x-amz-checksum-type header can only be used with the "
                        + "x-amz-checksum-algorithm header.");
            }
            return Optional.empty();
        }
        ChecksumAlgorithm algorithm = RequestChecksum.parse(name.get())
                .orElseThrow(() -> S3Error.INVALID_REQUEST.failure(
                        "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
                                + "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"));
        boolean onlyWhole = algorithm == ChecksumAlgorithm.CRC64NVME;
        if (typeName.isEmpty()) {
            return Optional.of(
                    new Chosen(algorithm, onlyWhole ? ObjectChecksum.Type.FULL_OBJECT : ObjectChecksum.Type.COMPOSITE));
        }
        ObjectChecksum.Type type = switch (typeName.get()) {
            case "FULL_OBJECT" -> ObjectChecksum.Type.FULL_OBJECT;
            case "COMPOSITE" -> ObjectChecksum.Type.COMPOSITE;
            default -> throw S3Error.INVALID_REQUEST.failure("Value for x-amz-checksum-type header is invalid.");
        };
        boolean possible = type == ObjectChecksum.Type.FULL_OBJECT ? algorithm.composable() : !onlyWhole;
        if (!possible) {
            throw S3Error.INVALID_REQUEST.failure("The " + type + " checksum type cannot be used with the "
                    + algorithm.name().toLowerCase(java.util.Locale.ROOT) + " checksum algorithm.");
        }
        return Optional.of(new Chosen(algorithm, type));
    }

    /// The upload that a request names, whether in progress or completed.
    ///
    /// @throws io.flywheel.frontend.s3.error.S3Failure NoSuchBucket, NoSuchUpload
    Upload any(S3Request request) {
        backend.bucket(request.bucket());
        String text = request.query().text("uploadId").orElse("");
        return UploadId.parse(text)
                .flatMap(id -> backend.namespace().upload(id))
                .filter(upload ->
                        upload.bucket().equals(request.bucket()) && upload.key().equals(request.key()))
                .orElseThrow(() -> Backend.noSuchUpload(text));
    }

    /// The upload in progress that a request names.
    ///
    /// @throws io.flywheel.frontend.s3.error.S3Failure NoSuchBucket, NoSuchUpload
    Upload inProgress(S3Request request) {
        Upload upload = any(request);
        if (upload.completed().isPresent()) {
            throw Backend.noSuchUpload(upload.id().toString());
        }
        return upload;
    }

    S3Response abort(S3Request request) {
        Upload upload = inProgress(request);
        backend.apply(
                request, new Command.AbortUpload(backend.stamp(request), request.bucket(), request.key(), upload.id()));
        return S3Response.empty(204);
    }
}

package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.xml.XmlElement;
import io.flywheel.frontend.s3.xml.XmlReader;
import io.flywheel.frontend.s3.xml.XmlWriter;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Command.CompleteUpload.ListedPart;
import io.flywheel.namespace.ObjectChecksum;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.Upload;
import io.flywheel.namespace.Version.ObjectVersion;
import io.flywheel.namespace.Versioning;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// CompleteMultipartUpload.
final class UploadCompletion {
    private final Backend backend;
    private final Uploads uploads;

    UploadCompletion(Backend backend, Uploads uploads) {
        this.backend = backend;
        this.uploads = uploads;
    }

    S3Response complete(S3Request request, byte[] body) {
        Upload upload = uploads.any(request);
        List<ListedPart> parts = parts(body, upload);
        Outcome outcome = backend.apply(
                request,
                new Command.CompleteUpload(
                        backend.stamp(request),
                        request.bucket(),
                        request.key(),
                        upload.id(),
                        parts,
                        backend.random().nextLong(),
                        WriteConditions.ofWrite(request),
                        checksum(request.headers(), upload, parts.size()),
                        size(request.headers())));
        if (!(outcome instanceof Outcome.ObjectPut put)) {
            throw S3Error.INTERNAL_ERROR.failure();
        }
        ObjectVersion version = put.version();
        var xml = XmlWriter.document("CompleteMultipartUploadResult")
                .element("Location", location(request))
                .element("Bucket", request.bucket())
                .element("Key", request.key().toUtf8())
                .element("ETag", "\"" + version.etag() + "\"");
        version.checksum().ifPresent(checksum -> ChecksumText.write(xml, checksum));
        Headers headers = put.versioning() == Versioning.UNVERSIONED
                ? Headers.EMPTY
                : Headers.of("x-amz-version-id", Backend.versionText(version));
        return S3Response.xml(200, headers, xml.close("CompleteMultipartUploadResult"));
    }

    private static String location(S3Request request) {
        return (request.head().secure() ? "https://" : "http://")
                + request.headers().firstOr("host", request.head().host())
                + request.head().rawPath();
    }

    private static List<ListedPart> parts(byte[] body, Upload upload) {
        List<XmlElement> elements =
                XmlReader.read(body, "CompleteMultipartUpload").children("Part");
        if (elements.isEmpty() || elements.size() > PartNumbers.MOST) {
            throw S3Error.MALFORMED_XML.failure();
        }
        List<ListedPart> parts = new ArrayList<>(elements.size());
        for (XmlElement element : elements) {
            int number = number(element.childText("PartNumber").orElseThrow(S3Error.MALFORMED_XML::failure));
            String etag = element.childText("ETag").orElseThrow(S3Error.MALFORMED_XML::failure);
            Optional<Bytes> checksum = upload.checksum().flatMap(algorithm -> ChecksumText.read(element, algorithm));
            parts.add(new ListedPart(number, ReadConditions.unquote(etag), checksum));
        }
        return parts;
    }

    private static int number(String text) {
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= 1 && number <= PartNumbers.MOST) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw S3Error.MALFORMED_XML.failure();
        }
        throw S3Error.invalidArgument("PartNumber must be >= 1", "partNumber", text);
    }

    /// What the client says the checksum of the whole is.
    private static Optional<Bytes> checksum(Headers headers, Upload upload, int partCount) {
        Optional<String> type = headers.first("x-amz-checksum-type");
        if (type.isPresent() && !type.get().equals(upload.checksumType().name())) {
            throw S3Error.INVALID_REQUEST.failure("The upload was created using the " + upload.checksumType()
                    + " checksum mode. The complete request must use the same checksum mode.");
        }
        Optional<Bytes> value = Optional.empty();
        for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
            Optional<String> text = headers.first(algorithm.header());
            if (text.isEmpty()) {
                continue;
            }
            if (value.isPresent()) {
                throw S3Error.INVALID_REQUEST.failure(
                        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
            }
            if (upload.checksum().isEmpty() || upload.checksum().get() != algorithm) {
                throw S3Error.INVALID_REQUEST.failure("Checksum Type mismatch occurred, expected checksum Type: "
                        + upload.checksum().map(Enum::name).orElse("null") + ", actual checksum Type: " + algorithm);
            }
            value = Optional.of(wholeValue(algorithm, text.get(), upload, partCount));
        }
        return value;
    }

    private static Bytes wholeValue(ChecksumAlgorithm algorithm, String text, Upload upload, int partCount) {
        String suffix = "-" + partCount;
        if (upload.checksumType() == ObjectChecksum.Type.COMPOSITE && text.contains("-")) {
            if (!text.endsWith(suffix)) {
                throw RequestChecksum.mismatch(algorithm);
            }
            return RequestChecksum.decode(
                    algorithm.header(), text.substring(0, text.length() - suffix.length()), algorithm);
        }
        return RequestChecksum.decode(algorithm.header(), text, algorithm);
    }

    private static Optional<Long> size(Headers headers) {
        return headers.first("x-amz-mp-object-size").map(text -> {
            try {
                long size = Long.parseLong(text.strip());
                if (size >= 0) {
                    return size;
                }
            } catch (NumberFormatException e) {
                // Refused below, like a negative number.
            }
            throw S3Error.INVALID_REQUEST.failure("Value for x-amz-mp-object-size header is invalid.");
        });
    }
}

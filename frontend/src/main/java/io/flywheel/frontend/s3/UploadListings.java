package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.xml.XmlWriter;
import io.flywheel.namespace.Part;
import io.flywheel.namespace.Upload;
import io.flywheel.namespace.UploadId;
import io.flywheel.namespace.UploadPage;
import io.flywheel.namespace.UploadQuery;
import java.util.List;
import java.util.Optional;

/// ListMultipartUploads and ListParts.
final class UploadListings {
    private static final int PAGE_MAX = 1_000;

    private final Backend backend;
    private final Uploads uploads;

    UploadListings(Backend backend, Uploads uploads) {
        this.backend = backend;
        this.uploads = uploads;
    }

    S3Response uploads(S3Request request) {
        Query query = request.query();
        ListingNames names = ListingNames.of(query);
        Bytes prefix = query.bytes("prefix").orElse(Bytes.EMPTY);
        Bytes delimiter = query.bytes("delimiter").orElse(Bytes.EMPTY);
        Bytes keyMarker = query.bytes("key-marker").orElse(Bytes.EMPTY);
        // Without a key marker the upload marker is ignored.
        Optional<String> uploadMarker = query.nonEmpty("upload-id-marker").filter(text -> !keyMarker.isEmpty());
        int limit = query.count("max-uploads", 0, PAGE_MAX, PAGE_MAX);
        Optional<UploadId> after = uploadMarker.map(text -> UploadId.parse(text)
                .orElseThrow(() -> S3Error.invalidArgument("Invalid uploadId marker", "upload-id-marker", text)));
        backend.bucket(request.bucket());
        UploadPage page = limit == 0
                ? new UploadPage(List.of(), List.of(), Optional.empty())
                : backend.namespace()
                        .listUploads(request.bucket(), new UploadQuery(prefix, delimiter, keyMarker, after, limit));
        var xml = XmlWriter.document("ListMultipartUploadsResult").element("Bucket", request.bucket());
        names.write(xml, "KeyMarker", keyMarker);
        xml.element("UploadIdMarker", uploadMarker.orElse(""));
        page.next().ifPresent(next -> {
            names.write(xml, "NextKeyMarker", next.key());
            xml.element(
                    "NextUploadIdMarker", next.upload().map(UploadId::toString).orElse(""));
        });
        names.writeUnlessEmpty(xml, "Delimiter", delimiter);
        names.write(xml, "Prefix", prefix);
        names.writeType(xml);
        xml.element("MaxUploads", limit).element("IsTruncated", page.next().isPresent());
        for (Upload upload : page.uploads()) {
            write(xml, upload, names);
        }
        page.commonPrefixes().forEach(name -> names.writeCommonPrefix(xml, name));
        return S3Response.xml(xml.close("ListMultipartUploadsResult"));
    }

    private static void write(XmlWriter xml, Upload upload, ListingNames names) {
        xml.open("Upload");
        names.write(xml, "Key", upload.key());
        xml.element("UploadId", upload.id().toString());
        Owners.write(xml, "Initiator", upload.owner());
        Owners.write(xml, "Owner", upload.owner());
        xml.element("StorageClass", upload.attributes().storageClass())
                .element("Initiated", Dates.iso(upload.begunMillis()));
        writeChecksum(xml, upload);
        xml.close("Upload");
    }

    private static void writeChecksum(XmlWriter xml, Upload upload) {
        upload.checksum()
                .ifPresent(algorithm -> xml.element("ChecksumAlgorithm", algorithm.name())
                        .element("ChecksumType", upload.checksumType().name()));
    }

    S3Response parts(S3Request request) {
        Query query = request.query();
        ListingNames names = ListingNames.of(query);
        int limit = query.count("max-parts", 0, PAGE_MAX, PAGE_MAX);
        int marker = query.count("part-number-marker", 0, 0, Integer.MAX_VALUE);
        Upload upload = uploads.inProgress(request);
        List<Part> found = limit == 0 ? List.of() : backend.namespace().parts(upload.id(), marker, limit + 1);
        boolean more = found.size() > limit;
        List<Part> page = more ? found.subList(0, limit) : found;
        var xml = XmlWriter.document("ListPartsResult").element("Bucket", request.bucket());
        names.write(xml, "Key", request.key());
        xml.element("UploadId", upload.id().toString());
        Owners.write(xml, "Initiator", upload.owner());
        Owners.write(xml, "Owner", upload.owner());
        xml.element("StorageClass", upload.attributes().storageClass()).element("PartNumberMarker", marker);
        xml.element("NextPartNumberMarker", page.isEmpty() ? 0 : page.getLast().number())
                .element("MaxParts", limit);
        names.writeType(xml);
        xml.element("IsTruncated", more);
        writeChecksum(xml, upload);
        for (Part part : page) {
            xml.open("Part")
                    .element("PartNumber", part.number())
                    .element("LastModified", Dates.iso(part.modifiedMillis()))
                    .element("ETag", "\"" + part.etag() + "\"")
                    .element("Size", part.sizeBytes());
            upload.checksum()
                    .ifPresent(algorithm -> part.checksum()
                            .ifPresent(value ->
                                    xml.element(ChecksumText.element(algorithm), RequestChecksum.encode(value))));
            xml.close("Part");
        }
        return S3Response.xml(xml.close("ListPartsResult"));
    }
}
